const LOWER = /[a-z]/;
const UPPER = /[A-Z]/;
const DIGIT = /\d/;
/** Hex digits and UUIDs have letters of one case. */
const HEX = /^[0-9a-f-]{16,128}$|^[0-9A-F-]{16,128}$/;
const CAPITALS = /[A-Z]{2}/;

/** As random letters and digits are, and names in programs seldom: of both cases with a digit, or with capitals side by side. */
export const mixed = (text: string): boolean =>
  (LOWER.test(text) && UPPER.test(text) && (DIGIT.test(text) || CAPITALS.test(text))) ||
  (HEX.test(text) && DIGIT.test(text));
