import { maskCredentials } from '../settings/mask-credentials.ts';
import { maskSecret } from './mask-secret.ts';
import type { Hit } from './secret-scanner.ts';

const MAX_SHOWN = 200;
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it takes out
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u00a0\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]+/g;

/** The line around a secret with everything masked that is one or may be one. */
export function showHit(hit: Hit, all: readonly Hit[]): string {
  const before = maskOthers(hit.before, hit.start - hit.before.length, all);
  const after = maskOthers(hit.after, hit.end, all);
  return printable(`${before}${maskSecret(hit.secret)}${after}`, MAX_SHOWN);
}

/** A whole text with its secrets masked, in one line. */
export function showText(text: string, hits: readonly Hit[], most: number): string {
  return printable(maskOthers(text, 0, hits), most);
}

/** `text` lies at `start` of the content. */
function maskOthers(text: string, start: number, hits: readonly Hit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const hit of hits) {
    const [from, to] = [hit.start - start, hit.end - start];
    if (to <= at || from >= text.length) continue;
    parts.push(maskCredentials(text.slice(at, Math.max(at, from))), maskSecret(hit.secret));
    at = to;
  }
  return parts.join('') + maskCredentials(text.slice(at));
}

function printable(latin1: string, most: number): string {
  const text = Buffer.from(latin1, 'latin1').toString('utf8').replaceAll(UNPRINTABLE, ' ').trim();
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
