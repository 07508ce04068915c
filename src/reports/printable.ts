// Names, titles and versions come from images and registries: none of them may move the cursor or reorder text.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

/** Text that cannot act on a terminal or a page: control and format characters are replaced. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd');
}
