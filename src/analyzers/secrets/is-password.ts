import { isPlaceholder } from './is-placeholder.ts';

/** What documentation writes where a password goes; as a real password it protects nothing. */
const WORDS = new Set(
  (
    'password passwd passwords pass pwd pw secret secrets token tokens key apikey api_key user username login none null nil true false ' +
    'yes no on off empty string str text int number bool boolean bytes object any unknown undefined required optional ' +
    'disabled enabled default auto test testing tests todo fixme foo bar baz foobar hidden masked private public value name ' +
    'pswd user-password userpass pass1 pass2 passw0rd mypass mypassword mysecret prompt ask input file env stdin ' +
    'basic bearer digest type current new old confirm invalid valid missing changed credentials plain hash ' +
    'letmein hunter2 p@ssw0rd 123456 secretpassword secretkey somepass joe bob alice sekret sekrit topsecret xyzzy v3ry_s3nsit1ve'
  ).split(' '),
);
const WEAK =
  /^(?:my|your|the|a|an|some|db|user|root|admin|test|old|new|bad|wrong|real|pass|secret|passw(?:or)?d)[-_ ]?(?:pass(?:w(?:or)?d)?|pwd|pw|secret|token|key|user|pass)\d{0,3}$/i;
const ONLY_SIGNS = /^[^A-Za-z0-9]*$/;
/** Of printf, of Python's format and of MySQL's wildcards. */
const FORMAT = /^%|%[sd]|^\{|\}$|^\$|^<|>$|^\[|^\(|\($|\)$|^\\|^#/;

/** Whether a value that goes by the name of a password may be one: no placeholder, no word that only says so. */
export function isPassword(value: string): boolean {
  return (
    !isPlaceholder(value) &&
    !WORDS.has(value.toLowerCase()) &&
    !WEAK.test(value) &&
    !ONLY_SIGNS.test(value) &&
    !FORMAT.test(value)
  );
}
