import type { CompiledRules } from './compile-rules.ts';
import { countNewlines } from './count-newlines.ts';
import { DEFAULT_REACH, MAX_BEFORE, type SecretRule } from './secret-rule.ts';
import { tryRule } from './try-rule.ts';

/** A secret in clear: it stays in this folder. */
export interface Hit {
  readonly rule: SecretRule;
  readonly secret: string;
  /** Offsets of the secret in the content. */
  readonly start: number;
  readonly end: number;
  /** What stands around it in its line, as latin1. */
  readonly before: string;
  readonly after: string;
  /** Lines that end before it. */
  readonly newlines: number;
}

export interface ScannedContent {
  /** In the order of their keywords. */
  readonly hits: readonly Hit[];
  /** There may be more: a bound was reached. */
  readonly cut: boolean;
  /** It holds lines of text. */
  readonly text: boolean;
}

/** Of one content; what is reported of it is bounded by less. */
const MAX_HITS = 1_000;
/**
 * Patterns are tried no more often than this, and one more for so many bytes: hostile content costs no more than that. One
 * that reaches far counts as several.
 */
const FREE_TRIES = 5_000;
const BYTES_PER_TRY = 64;
/** What is scanned before its keywords are looked at: bounds how many wait. */
const BLOCK_BYTES = 64 * 1024;
/** A NUL byte among the first ones tells a binary, as for grep and git. */
const SNIFFED_BYTES = 8 * 1024;
const SHOWN_BEFORE = 100;
const SHOWN_AFTER = 80;
const NEWLINE = /[\r\n\0]/;
const EMPTY = Buffer.alloc(0);

/** Reads one content in chunks, and remembers no more of it than the rules reach. */
export class SecretScanner {
  readonly #rules: CompiledRules;
  readonly #size: number;
  readonly #applies: (rule: SecretRule) => boolean;
  readonly #hits: Hit[] = [];
  /** Pairs of a keyword and the offset of its end, in order; those before `#next` are done. */
  #waiting: number[] = [];
  #next = 0;
  #state: number;
  #position = 0;
  /** The bytes before `#position` that may still be needed. */
  #tail: Buffer = EMPTY;
  /** Newlines before `#position`. */
  #newlines = 0;
  #tries = 0;
  #binary = false;
  #cut = false;

  /** @param size what the content is announced to hold: lines after it are not counted */
  constructor(rules: CompiledRules, size: number, applies: (rule: SecretRule) => boolean) {
    this.#rules = rules;
    this.#size = size;
    this.#applies = applies;
    this.#state = rules.automaton.start;
  }

  write(bytes: Uint8Array): void {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#position < SNIFFED_BYTES && !this.#binary)
      this.#binary = chunk.subarray(0, SNIFFED_BYTES - this.#position).includes(0);
    const found: number[] = [];
    for (let from = 0; from < chunk.length; from += BLOCK_BYTES) {
      const to = Math.min(chunk.length, from + BLOCK_BYTES);
      found.length = 0;
      this.#state = this.#rules.automaton.scan(chunk, from, to, this.#state, found);
      for (let at = 0; at < found.length; at += 2)
        this.#waiting.push(found[at] ?? 0, this.#position + (found[at + 1] ?? 0));
      this.#resolve(chunk, false);
    }
    this.#keep(chunk);
  }

  end(): ScannedContent {
    this.#resolve(EMPTY, true);
    return { hits: this.#hits, cut: this.#cut, text: !this.#binary };
  }

  /** Tries the rules of the keywords whose reach is read, in the order of the content: so chunks make no difference. */
  #resolve(chunk: Buffer, ended: boolean): void {
    const available = this.#position + chunk.length;
    const { lengths, reaches } = this.#rules;
    while (this.#next < this.#waiting.length) {
      const keyword = this.#waiting[this.#next] ?? 0;
      const start = (this.#waiting[this.#next + 1] ?? 0) - (lengths[keyword] ?? 0);
      if (!ended && start + (reaches[keyword] ?? 0) > available) break;
      this.#next += 2;
      if (!this.#cut) this.#tryKeyword(chunk, keyword, start);
    }
    if (this.#next === this.#waiting.length) this.#waiting = [];
    else if (this.#next > 0) this.#waiting = this.#waiting.slice(this.#next);
    this.#next = 0;
  }

  #tryKeyword(chunk: Buffer, keyword: number, start: number): void {
    const from = Math.max(0, start - MAX_BEFORE);
    let text: string | undefined;
    for (const { compiled, exact } of this.#rules.candidates[keyword] ?? []) {
      if (!this.#applies(compiled.rule) || (exact && !this.#holds(chunk, exact, start))) continue;
      this.#tries += compiled.reach / DEFAULT_REACH;
      if (this.#tries > FREE_TRIES + start / BYTES_PER_TRY) {
        this.#cut = true;
        return;
      }
      text ??= this.#slice(chunk, from, start + (this.#rules.reaches[keyword] ?? 0));
      const match = tryRule(compiled, text, start - from);
      if (match) this.#record(chunk, compiled.rule, text, from, match.start, match.end);
    }
  }

  #record(chunk: Buffer, rule: SecretRule, text: string, from: number, start: number, end: number): void {
    if (this.#hits.length === MAX_HITS) {
      this.#cut = true;
      return;
    }
    this.#hits.push({
      rule,
      secret: text.slice(start, end),
      start: from + start,
      end: from + end,
      before:
        text
          .slice(Math.max(0, start - SHOWN_BEFORE), start)
          .split(NEWLINE)
          .at(-1) ?? '',
      after: text.slice(end, end + SHOWN_AFTER).split(NEWLINE)[0] ?? '',
      newlines: this.#newlinesBefore(chunk, from + start),
    });
  }

  #holds(chunk: Buffer, exact: Uint8Array, start: number): boolean {
    for (let at = 0; at < exact.length; at++) if (this.#byteAt(chunk, start + at) !== exact[at]) return false;
    return true;
  }

  #byteAt(chunk: Buffer, offset: number): number | undefined {
    const inChunk = offset - this.#position;
    return inChunk >= 0 ? chunk[inChunk] : this.#tail[this.#tail.length + inChunk];
  }

  #slice(chunk: Buffer, from: number, to: number): string {
    const tailStart = this.#position - this.#tail.length;
    const inChunk = chunk.toString(
      'latin1',
      Math.max(0, from - this.#position),
      Math.max(0, Math.min(chunk.length, to - this.#position)),
    );
    if (from >= this.#position) return inChunk;
    return this.#tail.toString('latin1', from - tailStart, Math.min(this.#tail.length, to - tailStart)) + inChunk;
  }

  #newlinesBefore(chunk: Buffer, offset: number): number {
    const inChunk = offset - this.#position;
    if (inChunk >= 0) return this.#newlines + countNewlines(chunk, 0, inChunk);
    return this.#newlines - countNewlines(this.#tail, this.#tail.length + inChunk, this.#tail.length);
  }

  /** Copies what is still needed of a chunk: its owner may use it again. */
  #keep(chunk: Buffer): void {
    const after = this.#position + chunk.length;
    // Nobody asks for what is behind in a content that is complete, with nothing to look at any more: most files are.
    if (after === this.#size && this.#waiting.length === 0) {
      this.#tail = EMPTY;
      this.#position = after;
      return;
    }
    if (!this.#binary) this.#newlines += countNewlines(chunk, 0, chunk.length);
    // One that waits behind the first may be longer, and begin before it.
    const end = this.#waiting[1] ?? after;
    const first = end - this.#rules.automaton.longest;
    const needed = after - Math.max(0, first - MAX_BEFORE);
    const ofTail = Math.max(0, Math.min(this.#tail.length, needed - chunk.length));
    this.#tail = Buffer.concat([
      this.#tail.subarray(this.#tail.length - ofTail),
      chunk.subarray(Math.max(0, chunk.length - needed)),
    ]);
    this.#position = after;
  }
}
