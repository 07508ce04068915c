import { buildImage } from '../demo/build-image.ts';
import { type BuiltLayer, layer } from '../demo/build-layer.ts';
import { toServedRepository } from '../test/support/to-served-repository.ts';
import type { BenchResult } from './bench-result.ts';
import { realisticFiles } from './realistic-files.ts';
import { scanAll } from './scan-all.ts';
import { median } from './statistics.ts';

const IMAGES = 10;
const ROUNDS = 3;
const BASE_MEGABYTES = 120;
const TARGET_RATIO = 0.25;

/** Ten images over one base layer, against ten times one of them alone: the base must be paid once. */
export async function run(): Promise<readonly BenchResult[]> {
  const base = realisticFiles(BASE_MEGABYTES).gzip();
  const images = Array.from({ length: IMAGES }, (_, i) => ({ tag: `v${i}`, image: imageOver(base, i) }));
  const rounds: { readonly together: number; readonly alone: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const together = await scanAll([toServedRepository('team/app', images)], 1);
    const alone = await scanAll([toServedRepository('team/app', images.slice(0, 1))], 1);
    rounds.push({ together, alone });
  }
  const milliseconds = (side: 'together' | 'alone') => `${Math.round(median(rounds.map((round) => round[side])))} ms`;
  return [
    {
      name: 'ten images sharing one base / ten times one image',
      ratio: median(rounds.map(({ together, alone }) => together / (IMAGES * alone))),
      target: TARGET_RATIO,
      better: 'lower',
      detail: `a base of ${BASE_MEGABYTES} MB, medians of ${ROUNDS} rounds: together ${milliseconds('together')}, one alone ${milliseconds('alone')}`,
    },
  ];
}

function imageOver(base: BuiltLayer, i: number) {
  const own = layer()
    .file('app/node_modules/lodash/package.json', JSON.stringify({ name: 'lodash', version: `4.17.${i}` }))
    .file('app/data.txt', `version ${i}\n`.repeat(20_000));
  return buildImage({ created: `2026-01-${String(i + 1).padStart(2, '0')}T00:00:00Z`, layers: [base, own.gzip()] });
}
