const DIGITS = /\d[^\d]{0,64}\d/;
const LETTER = /[a-z]/;

/** At least two digits and a letter: no word of a language. */
export const hasDigits = (text: string): boolean => DIGITS.test(text) && LETTER.test(text);
