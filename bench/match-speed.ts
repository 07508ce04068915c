import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { compileAdvisories } from '../src/advisories/compile.ts';
import { openAdvisories } from '../src/advisories/open.ts';
import { sources } from '../src/advisories/sources/index.ts';
import { ecosystems } from '../src/ecosystems/index.ts';
import { match } from '../src/matching/match.ts';
import type { Inventory } from '../src/model/inventory.ts';
import { advisoryFeeds } from './advisory-feeds.ts';
import type { BenchResult } from './bench-result.ts';
import { createInventories } from './match-inventories.ts';
import { median } from './statistics.ts';

const ROUNDS = 5;
const IMAGES = 200;
const TARGET_RATIO = 1.2;
const PACKAGES_PER_SECOND = 200_000;

/**
 * Matching images of packages of every ecosystem, against nothing but asking the same file for the advisories of each of
 * their packages, taking turns; and matching once more what has been matched with these advisories before.
 */
export async function run(): Promise<readonly BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-match-'));
  try {
    const { origin, feeds } = await advisoryFeeds(folder);
    const target = join(folder, 'advisories.sqlite');
    const request = { feeds, target, id: 'bench', compiledAt: '', checkedAt: '' };
    const deps = { sources, ecosystems, onProgress: () => {} };
    await compileAdvisories(request, deps, new AbortController().signal);
    return measure(target, createInventories(target, IMAGES), origin);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function measure(target: string, inventories: readonly Inventory[], origin: string): readonly BenchResult[] {
  const packages = inventories.reduce((sum, { packages }) => sum + packages.length, 0);
  const rounds: { readonly lookUps: number; readonly first: Matched; readonly again: Matched }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const lookUps = timed(() => lookUpAll(target, inventories));
    const database = openAdvisories(target);
    const matchAll = (): Matched => {
      let vulnerabilities = 0;
      const seconds = timed(() => {
        for (const inventory of inventories)
          vulnerabilities += match(inventory, database, ecosystems).vulnerabilities.length;
      });
      return { seconds, vulnerabilities };
    };
    const [first, again] = [matchAll(), matchAll()];
    database.close();
    if (round > 0) rounds.push({ lookUps, first, again }); // the first round warms up
  }
  const speed = (seconds: number) => `${Math.round(packages / seconds / 1000)} 000 packages/s`;
  const first = median(rounds.map((round) => round.first.seconds));
  const again = median(rounds.map((round) => round.again.seconds));
  const lookUps = median(rounds.map((round) => round.lookUps));
  const found = Math.round((rounds[0]?.first.vulnerabilities ?? 0) / inventories.length);
  return [
    {
      name: 'matching packages / looking them up in SQLite',
      ratio: median(rounds.map((round) => round.lookUps / round.first.seconds)),
      target: TARGET_RATIO,
      better: 'higher',
      detail:
        `${origin}; ${packages} packages in ${inventories.length} images with ${found} vulnerabilities each, medians of ${ROUNDS} rounds:\n` +
        `matched with a file just opened ${speed(first)}, once more ${speed(again)}; looked up ${speed(lookUps)} (wanted: ${speed(packages / PACKAGES_PER_SECOND)})`,
    },
  ];
}

interface Matched {
  readonly seconds: number;
  readonly vulnerabilities: number;
}

function lookUpAll(target: string, inventories: readonly Inventory[]): void {
  const database = new DatabaseSync(target, { readOnly: true });
  const rows = new Map(
    database
      .prepare('SELECT row, name FROM namespace')
      .all()
      .map(({ row, name }) => [String(name), Number(row)]),
  );
  const select = database.prepare('SELECT entries FROM package WHERE namespace = ? AND name = ?');
  for (const { packages, os } of inventories) {
    for (const pkg of packages) {
      const [namespace = ''] = ecosystems.find(({ name }) => name === pkg.ecosystem)?.namespaces(os) ?? [];
      select.get(rows.get(namespace) ?? 0, pkg.name);
    }
  }
  database.close();
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}
