import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { type AdvisoryFeeds, advisoryFeeds } from './advisory-feeds.ts';
import type { BenchResult } from './bench-result.ts';
import { repeatFeeds } from './repeat-feeds.ts';
import { median } from './statistics.ts';

const ROUNDS = 5;
const TIMES = 8;
const LARGE_ROUNDS = 3;
const TARGET_RATIO = 2;
const MAX_PEAK_BYTES = 300e6;

/**
 * Compiling advisories against unpacking and parsing the same archives in one thread, taking turns, each in a process of its
 * own: the archives as they are, where starting counts, and several times as much, as a fleet loads.
 */
export async function run(): Promise<readonly BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-compile-'));
  try {
    const { origin, feeds } = await advisoryFeeds(folder);
    const target = join(folder, 'advisories.sqlite');
    const small = await measure('compiling advisories', { origin, feeds }, target, ROUNDS);
    const large = { origin: `${origin}, each ${TIMES} times,`, feeds: await repeatFeeds(feeds, TIMES, folder) };
    return [...small, ...(await measure('compiling many advisories', large, target, LARGE_ROUNDS))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  name: string,
  { origin, feeds }: AdvisoryFeeds,
  target: string,
  count: number,
): Promise<readonly BenchResult[]> {
  const paths = feeds.map(({ path }) => path);
  const rounds: { readonly floor: Cost; readonly compile: Cost }[] = [];
  for (let round = 0; round < count; round++) {
    rounds.push({ floor: await costOf('', paths), compile: await costOf(target, paths) });
  }
  const megabytes = (rounds[0]?.floor.bytes ?? 0) / 1e6;
  const of = (side: 'floor' | 'compile', what: 'milliseconds' | 'cpu') =>
    median(rounds.map((round) => round[side][what]));
  const speed = (side: 'floor' | 'compile') =>
    `${(megabytes / (of(side, 'milliseconds') / 1000)).toFixed(1)} MB/s (${Math.round(of(side, 'milliseconds'))} ms, ${Math.round(of(side, 'cpu'))} ms of processor time)`;
  const peak = Math.max(...rounds.map(({ compile }) => compile.peak));
  const detail =
    `${megabytes.toFixed(1)} MB of JSON, ${origin} of ${feeds.length} ecosystems, medians of ${count} rounds:\n` +
    `compiling ${speed('compile')}, unzip and JSON.parse ${speed('floor')}`;
  return [
    {
      name: `${name} / unzip + JSON.parse`,
      ratio: median(rounds.map(({ floor, compile }) => compile.milliseconds / floor.milliseconds)),
      target: TARGET_RATIO,
      better: 'lower',
      detail,
    },
    {
      name: `peak memory of ${name} / 300 MB`,
      ratio: peak / MAX_PEAK_BYTES,
      target: 1,
      better: 'lower',
      detail: `${Math.round(peak / 1e6)} MB, of a process that does nothing else`,
    },
  ];
}

/** A third of what compile-in-worker.ts gives the thread for what is young, since V8 holds three such spaces. */
const YOUNG = '--max-semi-space-size=8';

const Cost = z.object({ milliseconds: z.number(), cpu: z.number(), bytes: z.number(), peak: z.number() });
type Cost = z.infer<typeof Cost>;

async function costOf(target: string, paths: readonly string[]): Promise<Cost> {
  const script = join(import.meta.dirname, 'compile-once.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [YOUNG, script, target, ...paths]);
  return Cost.parse(JSON.parse(stdout));
}
