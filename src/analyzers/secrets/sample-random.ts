const DIGITS = '0123456789';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();

/** Random texts for the samples of rules. */
export interface SampleRandom {
  readonly hex: (length: number) => string;
  readonly digits: (length: number) => string;
  readonly lower: (length: number) => string;
  /** a–z and 0–9 */
  readonly base36: (length: number) => string;
  /** A–Z and 0–9 */
  readonly upper36: (length: number) => string;
  /** A–Z and 2–7 */
  readonly base32: (length: number) => string;
  /** a–z, A–Z and 0–9 */
  readonly base62: (length: number) => string;
  readonly base64: (length: number) => string;
  readonly base64url: (length: number) => string;
  readonly uuid: () => string;
  readonly of: (alphabet: string, length: number) => string;
  readonly bytes: (length: number) => Buffer;
}

/** @param next uniform, 0 ≤ x < 1 */
export function createSampleRandom(next: () => number): SampleRandom {
  const of = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet[Math.floor(next() * alphabet.length)]).join('');
  const hex = (length: number) => of(`${DIGITS}abcdef`, length);
  return {
    of,
    hex,
    digits: (length) => of(DIGITS, length),
    lower: (length) => of(LOWER, length),
    base36: (length) => of(LOWER + DIGITS, length),
    upper36: (length) => of(UPPER + DIGITS, length),
    base32: (length) => of(`${UPPER}234567`, length),
    base62: (length) => of(LOWER + UPPER + DIGITS, length),
    base64: (length) => of(`${LOWER}${UPPER}${DIGITS}+/`, length),
    base64url: (length) => of(`${LOWER}${UPPER}${DIGITS}-_`, length),
    uuid: () => [8, 4, 4, 4, 12].map(hex).join('-'),
    bytes: (length) => Buffer.from(Array.from({ length }, () => Math.floor(next() * 256))),
  };
}
