const MAX_LENGTH = 512;
// Names and versions go into listings and purls: no blanks, no control characters.
const PACKAGE_TEXT = /^[^\s\p{Cc}]+$/u;

/** Whether a text can be the name or version of a package of any ecosystem. */
export function isPackageText(text: string | undefined): text is string {
  return text !== undefined && text.length <= MAX_LENGTH && PACKAGE_TEXT.test(text);
}
