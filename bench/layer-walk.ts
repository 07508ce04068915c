import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type BuiltLayer, layer } from '../demo/build-layer.ts';
import { analyzeLayer } from '../src/analyzers/analyze-layer.ts';
import { analyzers } from '../src/analyzers/packages/index.ts';
import { defaultLayerLimits } from '../src/layers/layer-entry.ts';

const CHUNK_BYTES = 256 * 1024;
const TARGET_RATIO = 0.7;
const ROUNDS = 5;

/** Walk with all analyzers against gunzip and one sha256 alone, on the same bytes, taking turns. */
export async function run(): Promise<{ name: string; ratio: number; target: number; detail: string }> {
  const built = buildMixedLayer();
  const walks: number[] = [];
  const floors: number[] = [];
  let unpacked = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const floor = await timed(() => gunzipAndHash(built));
    const walk = await timed(async () => {
      unpacked = await walkWithAnalyzers(built);
    });
    // The first round warms up.
    if (round === 0) continue;
    floors.push(floor);
    walks.push(walk);
  }
  const [floor, walk] = [median(floors), median(walks)];
  const speed = (seconds: number) => `${Math.round(unpacked / 1e6 / seconds)} MB/s`;
  const detail =
    `${Math.round(unpacked / 1e6)} MB unpacked from ${Math.round(built.size / 1e6)} MB: ` +
    `walk with ${analyzers.length} analyzers ${speed(walk)}, gunzip + sha256 alone ${speed(floor)} (medians of ${ROUNDS})`;
  return { name: 'layer walk against gunzip + sha256 alone', ratio: floor / walk, target: TARGET_RATIO, detail };
}

async function walkWithAnalyzers(built: BuiltLayer): Promise<number> {
  const options = { analyzers, limits: defaultLayerLimits };
  const report = await analyzeLayer(open(built), built.digest, options, new AbortController().signal);
  if (report.diffId !== built.diffId) throw new Error('the walk read something else');
  return report.uncompressedBytes;
}

async function gunzipAndHash(built: BuiltLayer): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(
    open(built),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createGunzip({ chunkSize: CHUNK_BYTES }),
    async (chunks) => {
      for await (const _ of chunks);
    },
  );
  if (`sha256:${hash.digest('hex')}` !== built.digest) throw new Error('the floor read something else');
}

function open({ bytes }: BuiltLayer): Readable {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength; at += CHUNK_BYTES) chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
  return Readable.from(chunks);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
}

/** About 200 MB as in an application image: packages of three kinds, many small files, some large ones. */
function buildMixedLayer(): BuiltLayer {
  const builder = layer();
  const random = createRandom(1);
  builder.file('etc/os-release', 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n');
  builder.file('var/lib/dpkg/status', Array.from({ length: 600 }, (_, at) => debianStanza(at)).join('\n'));
  for (let at = 0; at < 1_500; at++) {
    const root = `app/node_modules/module-${at}`;
    builder.file(
      `${root}/package.json`,
      JSON.stringify({ name: `module-${at}`, version: `1.${at}.0`, description: sourceText(random, 800) }),
    );
    for (let file = 0; file < 12; file++)
      builder.file(`${root}/lib/file-${file}.js`, sourceText(random, 1_000 + Math.floor(random() * 8_000)));
  }
  for (let at = 0; at < 200; at++) {
    const root = `usr/lib/python3/dist-packages/dist_${at}`;
    builder.file(
      `${root}-${at}.0.dist-info/METADATA`,
      `Metadata-Version: 2.1\nName: dist-${at}\nVersion: ${at}.0\n\n${sourceText(random, 4_000)}`,
    );
    for (let file = 0; file < 10; file++) builder.file(`${root}/module_${file}.py`, sourceText(random, 6_000));
  }
  for (let at = 0; at < 40; at++)
    builder.file(`usr/lib/x86_64-linux-gnu/lib${at}.so`, binaryBytes(random, 2 * 1024 ** 2));
  return builder.gzip();
}

function debianStanza(at: number): string {
  const fields = [
    `Package: lib${at}`,
    'Status: install ok installed',
    'Architecture: amd64',
    `Version: 1.${at}-1`,
    'Description: a library',
    ' that does much',
  ];
  return `${fields.join('\n')}\n${' and more\n'.repeat(80)}`;
}

const words = [
  'const',
  'return',
  'function',
  'value',
  'module',
  'exports',
  'if',
  'else',
  'for',
  'await',
  'name',
  'index',
  'result',
  '=>',
  '{',
  '}',
  '();',
  '\n',
];

function sourceText(random: () => number, length: number): string {
  const parts: string[] = [];
  for (let size = 0; size < length; ) {
    const word =
      random() < 0.3 ? Math.floor(random() * 1e6).toString(36) : (words[Math.floor(random() * words.length)] ?? '');
    parts.push(word);
    size += word.length + 1;
  }
  return parts.join(' ');
}

/** Half noise, half zeros in runs: compresses about as shared libraries do. */
function binaryBytes(random: () => number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) if ((at & 63) < 24) bytes[at] = Math.floor(random() * 256);
  return bytes;
}

/** mulberry32: the same content on every machine. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

if (import.meta.main) {
  const { name, ratio, target, detail } = await run();
  console.log(`${name}: ${ratio.toFixed(2)} (target ${target})\n${detail}`);
}
