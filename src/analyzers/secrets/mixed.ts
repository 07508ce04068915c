const LOWER = /[a-z]/;
const UPPER = /[A-Z]/;
const DIGIT = /\d/;
/** Hex digits and UUIDs have letters of one case. */
const HEX = /^[0-9a-f-]{16,128}$|^[0-9A-F-]{16,128}$/;
const RUNS = /[A-Z]?[a-z]{1,256}|[A-Z]{1,256}/g;
const SHORT_RUNS = 4;

/** As random letters and digits are, and names in programs seldom: of both cases with a digit, or with no run long enough for words. */
export function mixed(text: string): boolean {
  if (HEX.test(text)) return DIGIT.test(text);
  if (!LOWER.test(text) || !UPPER.test(text)) return false;
  const runs = text.match(RUNS) ?? [];
  return DIGIT.test(text) || runs.join('').length / runs.length < SHORT_RUNS;
}
