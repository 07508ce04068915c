import { createReadStream } from 'node:fs';
import { analyzeLayer } from '../src/analyzers/analyze-layer.ts';
import { analyzers } from '../src/analyzers/packages/index.ts';
import { defaultLayerLimits } from '../src/layers/layer-entry.ts';
import type { Digest } from '../src/model/digest.ts';

// Walks one layer file and says how much memory that took: node bench/walk-once.ts <file> <digest>
// Sampled, because the kernel's own peak is inherited from the process that started this one.

const [path = '', digest = ''] = process.argv.slice(2);
const rss = () => process.memoryUsage.rss();
const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
const before = rss();
let peak = before;
const options = {
  analyzers,
  limits: defaultLayerLimits,
  onProgress: () => {
    peak = Math.max(peak, rss());
  },
};
const blob = createReadStream(path, { highWaterMark: 256 * 1024 });
await analyzeLayer(blob, digest as Digest, options, new AbortController().signal);
console.log(`${megabytes(peak)} RSS, ${megabytes(before)} of it before the first byte`);
