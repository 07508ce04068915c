import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { BenchResult } from './bench-result.ts';

// Runs all benches, or those named: node bench/run.ts [--record] [name…]. Fails when a ratio misses its target or is a
// fifth worse than the baseline.

const benches: Readonly<Record<string, () => Promise<{ run(): Promise<readonly BenchResult[]> }>>> = {
  'layer-walk': () => import('./layer-walk.ts'),
  'malware-speed': () => import('./malware-speed.ts'),
  'user-rules': () => import('./user-rules.ts'),
  'whole-walk': () => import('./whole-walk.ts'),
  'shared-layers': () => import('./shared-layers.ts'),
  'compile-speed': () => import('./compile-speed.ts'),
  'match-speed': () => import('./match-speed.ts'),
  'rate-limit': () => import('./rate-limit.ts'),
  'peak-memory': () => import('./peak-memory.ts'),
  'many-tags': () => import('./many-tags.ts'),
  rematch: () => import('./rematch.ts'),
  'secret-speed': () => import('./secret-speed.ts'),
  'signed-calls': () => import('./signed-calls.ts'),
  list: () => import('./list/list.ts'),
  'list-scale': () => import('./list-scale.ts'),
  scale: () => import('./scale.ts'),
};
const ALLOWED_LOSS = 1.2;
const baselinePath = join(import.meta.dirname, 'baseline.json');
const Baseline = z.object({ machine: z.string(), ratios: z.record(z.string(), z.number()) });

const { values, positionals } = parseArgs({ options: { record: { type: 'boolean' } }, allowPositionals: true });
const unknown = positionals.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`There is no bench "${unknown.join('", "')}". Name any of: ${Object.keys(benches).join(', ')}.`);
  process.exit(2);
}
const baseline = Baseline.parse(JSON.parse(readFileSync(baselinePath, 'utf8')));
const results: BenchResult[] = [];
for (const [name, load] of Object.entries(benches)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const start = performance.now();
  const bench = await load();
  const measured = await bench.run();
  results.push(...measured);
  console.log(`${name}, ${Math.round((performance.now() - start) / 1000)} s`);
  for (const { name: what, detail } of measured) console.log(`\n${what}\n${detail.replaceAll(/^/gm, '  ')}`);
  console.log();
}
const verdicts = results.map((result) => verdictOf(result));
console.log(`${'name'.padEnd(52)} ${'ratio'.padStart(6)} ${'target'.padStart(8)} ${'baseline'.padStart(9)}`);
for (const [at, result] of results.entries()) {
  const recorded = baseline.ratios[result.name]?.toFixed(2) ?? '-';
  const target = `${result.better === 'lower' ? '<=' : '>='} ${result.target}`;
  const figures = `${result.ratio.toFixed(2).padStart(6)} ${target.padStart(8)} ${recorded.padStart(9)}`;
  console.log(`${result.name.padEnd(52)} ${figures}  ${verdicts[at] ?? 'ok'}`);
}
if (values.record) record();
else if (verdicts.some((verdict) => verdict !== undefined)) process.exitCode = 1;

/** What is wrong with it; undefined when nothing is. */
function verdictOf({ name, ratio, target, better }: BenchResult): string | undefined {
  const isWorse = (than: number) => (better === 'lower' ? ratio > than : ratio < than);
  if (isWorse(target)) return 'MISSES ITS TARGET';
  const recorded = baseline.ratios[name];
  if (recorded === undefined) return undefined;
  return isWorse(better === 'lower' ? recorded * ALLOWED_LOSS : recorded / ALLOWED_LOSS)
    ? 'A FIFTH WORSE THAN THE BASELINE'
    : undefined;
}

function record(): void {
  const ratios = { ...baseline.ratios };
  for (const { name, ratio } of results) ratios[name] = Number(ratio.toFixed(3));
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`;
  writeFileSync(baselinePath, `${JSON.stringify({ machine, ratios }, undefined, 2)}\n`);
}
