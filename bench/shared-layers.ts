import { buildImage } from '../demo/build-image.ts';
import { type BuiltLayer, layer } from '../demo/build-layer.ts';
import { toServedRepository } from '../test/support/to-served-repository.ts';
import { realisticFiles } from './realistic-files.ts';
import { scanAll } from './scan-all.ts';

const IMAGES = 10;
const ROUNDS = 3;

/** Ten images over one base layer, against ten times one of them alone: the base must be paid once. */
export async function run() {
  const base = realisticFiles(120).gzip();
  const images = Array.from({ length: IMAGES }, (_, i) => ({ tag: `v${i}`, image: imageOver(base, i) }));
  const together: number[] = [];
  const alone: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    together.push(await scanAll([toServedRepository('team/app', images)], 1));
    alone.push(await scanAll([toServedRepository('team/app', images.slice(0, 1))], 1));
  }
  const ratio = median(together) / (IMAGES * median(alone));
  return {
    name: 'ten images sharing one base / ten times one image',
    ratio,
    target: '<= 0.25',
    detail: `together ${median(together).toFixed(0)} ms, one alone ${median(alone).toFixed(0)} ms`,
  };
}

function imageOver(base: BuiltLayer, i: number) {
  const own = layer()
    .file(`app/node_modules/lodash/package.json`, JSON.stringify({ name: 'lodash', version: `4.17.${i}` }))
    .file('app/data.txt', `version ${i}\n`.repeat(20_000));
  return buildImage({ created: `2026-01-${String(i + 1).padStart(2, '0')}T00:00:00Z`, layers: [base, own.gzip()] });
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
