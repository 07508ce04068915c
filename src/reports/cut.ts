/** At most so many UTF-16 units, with an ellipsis where something was left out; no character is torn apart. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;
}
