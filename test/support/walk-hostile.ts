import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { analyzeLayer } from '../../src/analyzers/analyze-layer.ts';
import { analyzers } from '../../src/analyzers/packages/index.ts';
import { createSecretFinder } from '../../src/analyzers/secrets/create-secret-finder.ts';
import { defaultLayerLimits, type LayerLimits } from '../../src/layers/layer-entry.ts';
import { AppError } from '../../src/model/app-error.ts';
import { type Cause, causes } from '../../src/model/cause.ts';
import type { Digest } from '../../src/model/digest.ts';
import type { LayerReport } from '../../src/model/layer-report.ts';

const secrets = createSecretFinder();
const never = new AbortController().signal;
/** A member of nothing, a call of nothing, a stack without end: mistakes of ours, wherever they are caught. */
const OUR_MISTAKE =
  /is not a function|is not iterable|Cannot read prop|is not defined|Maximum call stack|Invalid array|out of range/;

/** How a layer ended: its report, or the error that is told instead. */
export type WalkEnd =
  | { readonly report: LayerReport; readonly cause?: undefined }
  | { readonly report?: undefined; readonly cause: Cause; readonly message: string };

/** Walks whatever bytes there are with all analyzers. Throws only what nobody expects: a defect of ours. */
export async function walkHostile(
  blob: Uint8Array | (() => Iterable<Uint8Array>),
  { limits = {}, digest }: { readonly limits?: Partial<LayerLimits>; readonly digest?: Digest } = {},
): Promise<WalkEnd> {
  const chunks = blob instanceof Uint8Array ? () => inPieces(blob) : blob;
  const options = { analyzers, secrets, settings: true, limits: { ...defaultLayerLimits, ...limits } };
  try {
    const report = await analyzeLayer(Readable.from(chunks()), digest ?? digestOfAll(chunks()), options, never);
    for (const { path, message } of report.problems) {
      if (OUR_MISTAKE.test(message)) throw new Error(`an analyzer made a mistake with ${path}: ${message}`);
    }
    return { report };
  } catch (error) {
    if (!(error instanceof AppError) || !causes.includes(error.code) || error.code === 'internal-error') throw error;
    return { cause: error.code, message: error.message };
  }
}

const PIECE_BYTES = 64 * 1024;

function* inPieces(bytes: Uint8Array): Generator<Uint8Array, void> {
  for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

function digestOfAll(chunks: Iterable<Uint8Array>): Digest {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}
