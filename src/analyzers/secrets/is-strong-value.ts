import { entropy } from './entropy.ts';
import { isPassword } from './is-password.ts';

const LETTER = /[A-Za-z]/;
const DIGIT = /\d/;
const EXPRESSION =
  /[()[\]{}<>|\s]|=>|::|\w\.\w{1,64}\.|^[A-Za-z_]\w{0,64}\.[A-Za-z_]\w{0,64}$|^[./~]|:\/\/|\/\w{1,64}\//;
const DATE = /^\d{4}-\d\d-\d\d/;
const IDENTIFIER = /^[A-Za-z]{1,40}(?:[_-][A-Za-z]{1,40}){1,12}\d{0,2}$/;
const WORDS_AND_NUMBER =
  /^(?:[A-Z]?[a-z]{2,20}|[A-Z]{2,20})(?:[-_ .]?(?:[A-Z]?[a-z]{2,20}|[A-Z]{2,20})){0,8}[-_ .]?\d{0,4}$/;
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
    !WORDS_AND_NUMBER.test(value) &&
    isPassword(value) &&
    entropy(value) >= LEAST_ENTROPY
  );
}

const LEAST_ENTROPY = 2.9;
