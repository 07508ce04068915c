import { commonness } from './common-threes.ts';
import { textScreenCode } from './text-screen-code.ts';

/** Finds where some texts occur in bytes, at several times the speed of an automaton. ASCII letters match in both cases. */
export interface TextScreen {
  /** Bytes of the longest text. */
  readonly longest: number;
  /** Appends two numbers for every occurrence that lies between the offsets: position in `texts`, and the offset after its end. */
  find(bytes: Uint8Array, from: number, to: number, found: number[]): void;
}

interface Probe {
  readonly text: number;
  readonly lowered: Uint8Array;
  /** Where in the text its probe begins. */
  readonly at: number;
}

/** Bytes of a probe. */
const PROBE = 3;
const MOST_STRIDE = 3;
const FOLD = 0x202020;
/** As text-screen.wat has them. */
const MULTIPLIER = 0x9e3779b1;
const SLOTS = 32_768;
const VALUES_AT = SLOTS;
const BYTES_AT = VALUES_AT + SLOTS * 4;
const BLOCK = 65_536;
const FOUND_AT = BYTES_AT + BLOCK;
const code = new WebAssembly.Module(Buffer.from(textScreenCode, 'base64'));

/**
 * Every text is looked for by three of its bytes, the rarest. A table tells which three may be somebody's, and only there
 * texts are compared; where all texts are long they are looked for by three bytes at each of several neighbouring places,
 * and all but every second or third place is passed over. Texts are Latin-1 and have at least three characters.
 */
export function createTextScreen(texts: readonly string[]): TextScreen {
  const lowered = texts.map((text) => Buffer.from(lower(text), 'latin1'));
  const shortest = Math.min(...lowered.map(({ byteLength }) => byteLength));
  if (shortest < PROBE) throw new RangeError(`a text to screen for needs ${PROBE} characters`);
  const stride = Math.min(MOST_STRIDE, shortest - PROBE + 1);
  const probes = collectProbes(lowered, stride);
  const { memory, scan } = new WebAssembly.Instance(code).exports as {
    readonly memory: WebAssembly.Memory;
    readonly scan: (from: number, to: number, stride: number, out: number) => number;
  };
  const shared = new Uint8Array(memory.buffer);
  const places = new Uint32Array(memory.buffer, FOUND_AT);
  fillTables(shared, new Uint32Array(memory.buffer, VALUES_AT, SLOTS), probes.keys());

  function compare(bytes: Uint8Array, at: number, from: number, to: number, found: number[]): void {
    for (const { text, lowered: wanted, at: inText } of probes.get(threeAt(bytes, at)) ?? []) {
      const start = at - inText;
      const end = start + wanted.byteLength;
      if (start >= from && end <= to && isAt(bytes, start, wanted)) found.push(text, end);
    }
  }

  function find(bytes: Uint8Array, from: number, to: number, found: number[]): void {
    // The last two bytes of a block are the first ones of the next: three that lie across are seen.
    const step = Math.floor((BLOCK - PROBE + 1) / stride) * stride;
    for (let start = from; start + PROBE <= to; start += step) {
      const block = bytes.subarray(start, Math.min(to, start + BLOCK));
      shared.set(block, BYTES_AT);
      const last = Math.min(step, block.byteLength - PROBE + 1);
      const end = scan(BYTES_AT, BYTES_AT + last, stride, FOUND_AT);
      const count = (end - FOUND_AT) / 4;
      for (let index = 0; index < count; index++)
        compare(bytes, start + (places[index] as number) - BYTES_AT, from, to, found);
    }
  }

  return { longest: Math.max(...lowered.map(({ byteLength }) => byteLength)), find };
}

/** By the three bytes, with capitals as letters. One of a text's probes is at a place that is looked at. */
function collectProbes(texts: readonly Uint8Array[], stride: number): ReadonlyMap<number, readonly Probe[]> {
  const probes = new Map<number, Probe[]>();
  for (const [text, lowered] of texts.entries()) {
    const first = rarest(lowered, stride);
    for (let at = first; at < first + stride; at++) {
      const three = threeAt(lowered, at);
      probes.set(three, [...(probes.get(three) ?? []), { text, lowered, at }]);
    }
  }
  return probes;
}

function fillTables(flags: Uint8Array, values: Uint32Array, threes: Iterable<number>): void {
  for (const three of threes) {
    const value = (three << 8) >>> 0;
    const slot = Math.imul(value, MULTIPLIER) >>> 17;
    values[slot] = flags[slot] === 0 ? value : 0;
    flags[slot] = 1;
  }
}

const threeAt = (bytes: Uint8Array, at: number) =>
  (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | FOLD;

const lower = (text: string) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Where the run of bytes that all the probes cover is rarest. */
function rarest(lowered: Uint8Array, stride: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let first = 0; first + PROBE + stride - 1 <= lowered.byteLength; first++) {
    let common = 0;
    for (let at = first; at < first + stride; at++)
      common += commonness(Buffer.from(lowered.subarray(at, at + PROBE)).toString('latin1'));
    if (common >= least) continue;
    least = common;
    best = first;
  }
  return best;
}

function isAt(bytes: Uint8Array, start: number, lowered: Uint8Array): boolean {
  for (let at = 0; at < lowered.byteLength; at++) {
    const wanted = lowered[at] as number;
    const seen = bytes[start + at] as number;
    if (seen !== wanted && !(wanted >= 97 && wanted <= 122 && seen === wanted - 32)) return false;
  }
  return true;
}
