const MAX_TEXT = 300;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a registry must not steer the reader's terminal
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g;

/** Text of a registry made fit for a message: no control characters, none of the secrets, not long. */
export function cleanText(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) clean = clean.replaceAll(secret, '***');
  return clean.replace(CONTROL, ' ').trim().slice(0, MAX_TEXT);
}
