/**
 * `npm run bench`: measures every ratio, or those of the named files (`npm run bench -- layer-walk`), and exits 1 when one
 * misses its target or is a fifth worse than the recorded baseline. `--record` writes the baseline.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchResult } from './bench-result.ts';
import { run as runLayerWalk } from './layer-walk.ts';
import { run as runListScale } from './list-scale.ts';
import { run as runSharedLayers } from './shared-layers.ts';
import { run as runSignedCalls } from './signed-calls.ts';

const benches: Readonly<Record<string, () => Promise<readonly BenchResult[]>>> = {
  'layer-walk': runLayerWalk,
  'shared-layers': runSharedLayers,
  'signed-calls': runSignedCalls,
  'list-scale': runListScale,
};
const BASELINE = join(import.meta.dirname, 'baseline.json');
const TOLERANCE = 0.2;

type Baseline = Readonly<Record<string, number>>;

const words = process.argv.slice(2);
const record = words.includes('--record');
const names = words.filter((word) => word !== '--record');
const unknown = names.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.`);
  process.exit(2);
}

const baseline = JSON.parse(await readFile(BASELINE, 'utf8').catch(() => '{}')) as Baseline;
const results: BenchResult[] = [];
for (const [name, run] of Object.entries(benches)) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.error(`${name} …`);
  for (const result of await run()) {
    results.push(result);
    console.log(`${result.name}\n${result.detail.replaceAll(/^/gm, '  ')}\n`);
  }
}

const meets = ({ ratio, target, better }: BenchResult) => (better === 'lower' ? ratio <= target : ratio >= target);
const worse = ({ name, ratio, better }: BenchResult) => {
  const known = baseline[name];
  if (known === undefined) return false;
  return better === 'lower' ? ratio > known * (1 + TOLERANCE) : ratio < known * (1 - TOLERANCE);
};
const verdict = (result: BenchResult) => (!meets(result) ? 'misses' : worse(result) && !record ? 'worse' : 'ok');

for (const result of results) {
  const { name, ratio, target, better } = result;
  const known = baseline[name]?.toFixed(2) ?? '-';
  const goal = `${better === 'lower' ? '<=' : '>='} ${target}`;
  console.log(
    `${verdict(result).padEnd(7)} ${ratio.toFixed(2).padStart(6)}  target ${goal.padEnd(8)} baseline ${known.padStart(5)}  ${name}`,
  );
}
if (record) {
  const measured = Object.fromEntries(results.map(({ name, ratio }) => [name, Number(ratio.toFixed(3))]));
  await writeFile(BASELINE, `${JSON.stringify({ ...baseline, ...measured }, null, 2)}\n`);
}
process.exitCode = results.every((result) => verdict(result) === 'ok') ? 0 : 1;
