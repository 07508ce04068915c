import { maskCredentials } from './mask-credentials.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it takes out
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text of the image for people: masked, without what would move a cursor or turn a line around, and bounded. */
export function showLine(text: string, most: number): string {
  // Masked before it is cut, so that no half of a password is left; a little more than is shown is enough.
  const shown = maskCredentials(text.slice(0, most + 1_000).replaceAll(CONTROL, ' '));
  return shown.length > most ? `${shown.slice(0, most - 1)}…` : shown;
}
