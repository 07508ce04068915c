/** Finds keywords in bytes, in any case of ASCII letters, by looking at every second pair of bytes. */
export interface KeywordScreen {
  /**
   * Appends the index of every keyword that lies between `from` and `to`, and the offset after its end, as two numbers; in no
   * order.
   */
  find(bytes: Uint8Array, from: number, to: number, found: number[]): void;
}

/** A pair of a keyword that tells where it may be. */
interface Clue {
  readonly keyword: number;
  /** Of the pair in the keyword. */
  readonly offset: number;
}

const PAIRS = 65_536;
/** Least often first: what stands rarely in texts and programs makes the better clue. */
const COMMON = 'etaoinsrlcdupmhgfbv_-.:/=0123456789ywkxqzj$@~';
const isLetter = (byte: number) => byte >= 97 && byte <= 122;

/**
 * Whatever the parity of its place, a keyword of three bytes or more has a pair at an even offset of the memory: one clue for
 * each parity finds it, and half of all bytes are never looked at. Measured against the automaton: bench/secret-speed.ts.
 */
export function createKeywordScreen(keywords: readonly string[]): KeywordScreen {
  if (keywords.some(({ length }) => length < 3)) throw new RangeError('a keyword needs at least three characters');
  const patterns = keywords.map((keyword) => Buffer.from(keyword.toLowerCase(), 'latin1'));
  const clues = collectClues(patterns);
  const lists = [[], ...clues.values()];
  const listOf = new Uint16Array(PAIRS);
  for (const [at, pair] of [...clues.keys()].entries()) listOf[pair] = at + 1;

  function check(
    list: readonly Clue[],
    bytes: Uint8Array,
    at: number,
    from: number,
    to: number,
    found: number[],
  ): void {
    for (const { keyword, offset } of list) {
      const pattern = patterns[keyword];
      const start = at - offset;
      if (pattern && start >= from && start + pattern.length <= to && isAt(bytes, start, pattern))
        found.push(keyword, start + pattern.length);
    }
  }

  return {
    find: (bytes, from, to, found) => {
      // Aligned, so that one read takes both bytes.
      const first = from + ((bytes.byteOffset + from) & 1);
      if (to - first < 2) return;
      const pairs = new Uint16Array(bytes.buffer, bytes.byteOffset + first, (to - first) >> 1);
      for (let at = 0; at < pairs.length; at++) {
        const list = listOf[pairs[at] as number] as number;
        if (list !== 0) check(lists[list] ?? [], bytes, first + 2 * at, from, to, found);
      }
    },
  };
}

/** By the pair as memory holds it. */
function collectClues(patterns: readonly Uint8Array[]): ReadonlyMap<number, readonly Clue[]> {
  const clues = new Map<number, Clue[]>();
  for (const [keyword, pattern] of patterns.entries()) {
    for (const parity of [0, 1]) {
      const offset = rarestPair(pattern, parity);
      for (const pair of spellings(pattern[offset] ?? 0, pattern[offset + 1] ?? 0))
        clues.set(pair, [...(clues.get(pair) ?? []), { keyword, offset }]);
    }
  }
  return clues;
}

function rarestPair(pattern: Uint8Array, parity: number): number {
  let best = parity;
  for (let offset = parity; offset + 1 < pattern.length; offset += 2)
    if (rarity(pattern, offset) > rarity(pattern, best)) best = offset;
  return best;
}

const rarity = (pattern: Uint8Array, offset: number) => rank(pattern[offset]) + rank(pattern[offset + 1]);

function rank(byte = 0): number {
  const at = COMMON.indexOf(String.fromCharCode(byte));
  return at < 0 ? COMMON.length : at;
}

/** The two bytes in every mixture of cases, each as one number of this machine. */
function spellings(first: number, second: number): readonly number[] {
  const casesOf = (byte: number) => (isLetter(byte) ? [byte, byte - 32] : [byte]);
  return casesOf(first).flatMap((a) => casesOf(second).map((b) => new Uint16Array(Uint8Array.of(a, b).buffer)[0] ?? 0));
}

function isAt(bytes: Uint8Array, start: number, pattern: Uint8Array): boolean {
  for (let at = 0; at < pattern.length; at++) {
    const [wanted, seen] = [pattern[at] as number, bytes[start + at] as number];
    if (seen !== wanted && !(isLetter(wanted) && seen === wanted - 32)) return false;
  }
  return true;
}
