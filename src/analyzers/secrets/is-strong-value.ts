import { entropy } from './entropy.ts';
import { isPassword } from './is-password.ts';

const LETTER = /[A-Za-z]/;
const DIGIT = /\d/;
const EXPRESSION =
  /[()[\]{}<>|\s]|=>|::|\w\.\w{1,64}\.|^[A-Za-z_]\w{0,64}\.[A-Za-z_]\w{0,64}$|^[./~]|:\/\/|\/\w{1,64}\//;
const DATE = /^\d{4}-\d\d-\d\d/;
const IDENTIFIER = /^[A-Za-z]{1,40}\d{0,2}(?:[_-][A-Za-z]{1,40}\d{0,2}){1,12}$/;
const RUNS = /[A-Z]?[a-z]{1,256}|[A-Z]{1,256}|\d{1,256}/g;
const WORD_LENGTH = 4.5;
const MOST_DIGITS_OF_WORDS = 2;
const VERSION = /^[v^~]?\d{1,5}(?:\.\d{1,5}){1,4}/;

/** Whether a value looks like random characters rather than like a word, a path, an expression or a version. */
export function isStrongValue(value: string): boolean {
  return (
    LETTER.test(value) &&
    DIGIT.test(value) &&
    !EXPRESSION.test(value) &&
    !DATE.test(value) &&
    !VERSION.test(value) &&
    !IDENTIFIER.test(value) &&
    !isWordy(value) &&
    isPassword(value) &&
    entropy(value) >= LEAST_ENTROPY
  );
}

const LEAST_ENTROPY = 2.9;

/** `myDatabaseServer2`: its letters come in words. */
function isWordy(value: string): boolean {
  const runs = value.match(RUNS) ?? [];
  const words = runs.filter((run) => !DIGIT.test(run));
  const letters = words.join('').length;
  return runs.join('').length - letters <= MOST_DIGITS_OF_WORDS && letters / words.length >= WORD_LENGTH;
}
