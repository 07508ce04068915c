import { createHash } from 'node:crypto';
import { constants, crc32, deflateRawSync } from 'node:zlib';
import { toTar } from '../demo/build-layer.ts';
import type { Digest } from '../src/model/digest.ts';
import { seededRandom } from './seeded-random.ts';

/** A layer that is made while it is served: it lies neither in memory nor on a disk. */
export interface StreamedLayer {
  readonly digest: Digest;
  readonly diffId: Digest;
  /** Compressed bytes. */
  readonly size: number;
  readonly uncompressedBytes: number;
  /** The blob; the same each time. */
  chunks(): Iterable<Buffer>;
}

interface Piece {
  readonly plain: Buffer;
  /** Whole blocks of a deflate stream, which refer to nothing before them: they may stand anywhere. */
  readonly packed: Buffer;
}

const KiB = 1024;
const BLOCK = 512;
const POOL = 200;
const FILES_PER_PACKAGE = 25;
const GZIP_HEADER = Buffer.from('1f8b0800000000000003', 'hex');
const LAST_BLOCK = Buffer.from('0300', 'hex');
const CHUNK_BYTES = 256 * KiB;

/** A gzip layer of about so many megabytes unpacked: an application's packages, sources and libraries, each seed another one. */
export function streamedLayer(seed: number, megabytes: number): StreamedLayer {
  const bodies = bodyPool();
  const [blob, tar] = [createHash('sha256'), createHash('sha256')];
  let [size, uncompressedBytes, crc] = [0, 0, 0];
  for (const { plain, packed } of piecesOf(seed, megabytes * 1e6, bodies)) {
    tar.update(plain);
    crc = crc32(plain, crc);
    uncompressedBytes += plain.byteLength;
    blob.update(size === 0 ? GZIP_HEADER : '');
    blob.update(packed);
    size += packed.byteLength;
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(uncompressedBytes % 2 ** 32, 4);
  const end = Buffer.concat([LAST_BLOCK, trailer]);
  blob.update(end);
  return {
    digest: `sha256:${blob.digest('hex')}`,
    diffId: `sha256:${tar.digest('hex')}`,
    size: GZIP_HEADER.byteLength + size + end.byteLength,
    uncompressedBytes,
    chunks: () => inChunks(seed, megabytes * 1e6, bodies, end),
  };
}

function* inChunks(seed: number, bytes: number, bodies: readonly Piece[], end: Buffer): Generator<Buffer, void> {
  let waiting: Buffer[] = [GZIP_HEADER];
  let waitingBytes = 0;
  for (const { packed } of piecesOf(seed, bytes, bodies)) {
    waiting.push(packed);
    waitingBytes += packed.byteLength;
    if (waitingBytes < CHUNK_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    waitingBytes = 0;
  }
  yield Buffer.concat([...waiting, end]);
}

function* piecesOf(seed: number, bytes: number, bodies: readonly Piece[]): Generator<Piece, void> {
  const random = seededRandom(seed);
  for (let at = 0, made = 0; made < bytes; at++) {
    const root = `app/node_modules/module-${seed}-${Math.floor(at / FILES_PER_PACKAGE)}`;
    const isManifest = at % FILES_PER_PACKAGE === 0;
    const body = bodies[Math.floor(random() * bodies.length)];
    if (!body) return;
    const manifest = JSON.stringify({ name: root.slice(root.lastIndexOf('/') + 1), version: `1.${at}.0` });
    if (isManifest)
      yield toPiece(
        toTar([{ path: `${root}/package.json`, type: '0', content: Buffer.from(manifest) }]).subarray(0, -2 * BLOCK),
      );
    const path = `${root}/lib/file-${at}.${random() < 0.8 ? 'js' : 'so'}`;
    yield toPiece(toTar([{ path, type: '0', content: body.plain }]).subarray(0, BLOCK));
    yield body;
    made += body.plain.byteLength;
  }
  yield toPiece(Buffer.alloc(2 * BLOCK));
}

function toPiece(plain: Buffer): Piece {
  return { plain, packed: deflateRawSync(plain, { level: 1, finishFlush: constants.Z_FULL_FLUSH }) };
}

/** Sources and libraries, padded to whole blocks of a tar: most are small, and most bytes are in large ones. */
function bodyPool(): readonly Piece[] {
  const random = seededRandom(0);
  return Array.from({ length: POOL }, (_, at) => {
    const isLarge = at % 10 === 0;
    const blocks = Math.ceil((isLarge ? random() * 1_500 * KiB : 1 + random() * 12 * KiB) / BLOCK);
    const body = Buffer.alloc(blocks * BLOCK);
    for (let byte = 0; byte < body.byteLength; byte++) {
      const isNoise = isLarge ? (byte & 63) < 24 : (byte & 7) < 3;
      body[byte] = isNoise ? 32 + Math.floor(random() * 90) : 32 + (byte & 15);
    }
    return toPiece(body);
  });
}
