const BLOCK = 512;
const CHECKSUM = { start: 148, end: 156 };
/** Where ustar and GNU headers keep something: name, mode, size, checksum, type, target, magic, prefix, sparse map. */
const fields: readonly (readonly [number, number])[] = [
  [0, 100],
  [100, 8],
  [124, 12],
  [148, 8],
  [156, 1],
  [157, 100],
  [257, 8],
  [345, 155],
  [386, 109],
];
const types = '0123456789xgLKSVMDN\0A';
const words = [
  '../',
  '/',
  '..',
  '.wh.',
  '.wh..wh..opq',
  '\0',
  './',
  '\\',
  '\u202e',
  'e\u0301',
  '99999999999',
  '-1',
  ' ',
];

/**
 * A tar that is wrong in one to six ways: flipped bytes, fields of headers overwritten, blocks moved, doubled or lost,
 * ends cut off. The checksums of headers mostly fit again, so that what is wrong is read.
 */
export function mutateTar(tar: Buffer, random: () => number): Buffer {
  let mutated: Buffer = Buffer.from(tar);
  for (let left = 1 + below(random, 6); left > 0; left--) {
    const mutation = mutations[below(random, mutations.length)];
    if (mutation && mutated.byteLength >= 2 * BLOCK) mutated = mutation(mutated, random);
  }
  return random() < 0.9 ? withChecksums(mutated, headersOf(tar)) : mutated;
}

type Mutation = (tar: Buffer, random: () => number) => Buffer;

const below = (random: () => number, limit: number) => Math.floor(random() * limit);
const blockOf = (tar: Buffer, random: () => number) => below(random, Math.floor(tar.byteLength / BLOCK)) * BLOCK;

const flipBytes: Mutation = (tar, random) => {
  for (let left = 1 + below(random, 8); left > 0; left--) tar[below(random, tar.byteLength)] = below(random, 256);
  return tar;
};

const overwriteField: Mutation = (tar, random) => {
  const [start, length] = fields[below(random, fields.length)] ?? [0, 0];
  const at = blockOf(tar, random) + start;
  if (random() < 0.5) tar.fill(below(random, 256), at, at + length);
  else tar.write(words[below(random, words.length)] ?? '', at, length);
  return tar;
};

const changeType: Mutation = (tar, random) => {
  tar.write(types[below(random, types.length)] ?? '', blockOf(tar, random) + 156, 1, 'latin1');
  return tar;
};

const doubleBlock: Mutation = (tar, random) => {
  const at = blockOf(tar, random);
  return Buffer.concat([tar.subarray(0, at + BLOCK), tar.subarray(at)]);
};

const loseBlock: Mutation = (tar, random) => {
  const at = blockOf(tar, random);
  return Buffer.concat([tar.subarray(0, at), tar.subarray(at + BLOCK)]);
};

const moveBlock: Mutation = (tar, random) => {
  const [from, to] = [blockOf(tar, random), blockOf(tar, random)];
  tar.copyWithin(to, from, from + BLOCK);
  return tar;
};

const cut: Mutation = (tar, random) => tar.subarray(0, below(random, tar.byteLength));

const mutations: readonly Mutation[] = [
  flipBytes,
  overwriteField,
  overwriteField,
  changeType,
  doubleBlock,
  loseBlock,
  moveBlock,
  cut,
];

/** First bytes of the headers of a well-formed tar: enough to know a header again where it has been moved to. */
function headersOf(tar: Buffer): ReadonlySet<string> {
  const headers = new Set<string>();
  for (let at = 0; at + BLOCK <= tar.byteLength; at += BLOCK) {
    if (tar.toString('latin1', at + 257, at + 262) === 'ustar') headers.add(tar.toString('latin1', at, at + 20));
  }
  return headers;
}

function withChecksums(tar: Buffer, headers: ReadonlySet<string>): Buffer {
  for (let at = 0; at + BLOCK <= tar.byteLength; at += BLOCK) {
    const isHeader = tar.toString('latin1', at + 257, at + 262) === 'ustar';
    if (!isHeader && !headers.has(tar.toString('latin1', at, at + 20))) continue;
    tar.fill(' ', at + CHECKSUM.start, at + CHECKSUM.end);
    let sum = 0;
    for (let byte = at; byte < at + BLOCK; byte++) sum += tar[byte] ?? 0;
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + CHECKSUM.start, 'latin1');
  }
  return tar;
}
