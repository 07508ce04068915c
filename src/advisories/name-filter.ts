/**
 * Which names are surely not among many: a Bloom filter (https://doi.org/10.1145/362686.362692). Most packages of an image
 * have no advisories, and need not be looked up.
 */
export interface NameFilter {
  /** False: surely not. True: yes, or in about one of 300 cases no. */
  mayHold(namespace: number, name: string): boolean;
}

const BITS_PER_NAME = 12;
const PROBES = 6;

/** What to store: the bits of all `names`, of which there are about `count`. */
export function buildNameFilter(
  names: Iterable<readonly [namespace: number, name: string]>,
  count: number,
): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((Math.max(count, 1) * BITS_PER_NAME) / 8));
  for (const [namespace, name] of names) {
    eachBit(namespace, name, bytes.length * 8, (bit) => {
      bytes[bit >>> 3] = (bytes[bit >>> 3] ?? 0) | (1 << (bit & 7));
      return true;
    });
  }
  return bytes;
}

export function openNameFilter(bytes: Uint8Array): NameFilter {
  const isSet = (bit: number) => ((bytes[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0;
  return { mayHold: (namespace, name) => eachBit(namespace, name, bytes.length * 8, isSet) };
}

/** Two hashes by FNV-1a make all others: https://doi.org/10.1002/rsa.20208. Ends with the first bit that is refused. */
function eachBit(namespace: number, name: string, bits: number, visit: (bit: number) => boolean): boolean {
  let first = 0x811c9dc5 ^ namespace;
  let second = 0x01234567 ^ namespace;
  for (let at = 0; at < name.length; at++) {
    const unit = name.charCodeAt(at);
    first = Math.imul(first ^ unit, 0x01000193);
    second = Math.imul(second ^ unit, 0x5bd1e995);
  }
  first ^= first >>> 15;
  second = (second ^ (second >>> 13)) | 1;
  for (let probe = 0; probe < PROBES; probe++) {
    if (!visit((first >>> 0) % bits)) return false;
    first = (first + second) | 0;
  }
  return true;
}
