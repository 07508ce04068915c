import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createSecretFinder, type SecretFinder } from '../src/analyzers/secrets/create-secret-finder.ts';
import type { BenchResult } from './bench-result.ts';
import { median } from './statistics.ts';

const ROUNDS = 7;
const CHUNK_BYTES = 256 * 1024;
const MIB = 1024 ** 2;
const MOST_BYTES = 48 * MIB;
/** 300 MB/s where SHA-256 makes 1200, and 3.3 ms for a megabyte; texts hold more words to look at. */
const PROGRAM_RATIO = 0.25;
const TEXT_RATIO = 0.2;

interface Content {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Looking for secrets in content that is in memory, against the SHA-256 of the same bytes, taking turns; in processor time. */
export async function run(): Promise<readonly BenchResult[]> {
  const root = join(import.meta.dirname, '..');
  const program = readFileSync(process.execPath).subarray(0, MOST_BYTES);
  const sources = readFiles(join(root, 'node_modules'), /\.(?:js|ts|json|md|map)$/);
  return [
    measure('secrets in a program / sha256', [{ path: 'usr/bin/node', bytes: program }], PROGRAM_RATIO),
    measure('secrets in sources and texts / sha256', sources, TEXT_RATIO),
  ];
}

function measure(name: string, contents: readonly Content[], target: number): BenchResult {
  const finder = createSecretFinder();
  const megabytes = contents.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1e6;
  const rounds: { readonly finding: number; readonly hashing: number }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const hashing = processorSeconds(() => {
      for (const { bytes } of contents) createHash('sha256').update(bytes).digest();
    });
    const finding = processorSeconds(() => {
      for (const content of contents) find(finder, content);
    });
    if (round > 0) rounds.push({ finding, hashing }); // the first round warms up
  }
  const speed = (seconds: number) => `${Math.round(megabytes / seconds)} MB/s`;
  return {
    name,
    ratio: median(rounds.map(({ finding, hashing }) => hashing / finding)),
    target,
    better: 'higher',
    detail:
      `${contents.length} files, ${megabytes.toFixed(0)} MB, chunks of 256 KiB, medians of ${ROUNDS} rounds: ` +
      `secrets ${speed(median(rounds.map(({ finding }) => finding)))}, sha256 ${speed(median(rounds.map(({ hashing }) => hashing)))}`,
  };
}

function find(finder: SecretFinder, { path, bytes }: Content): void {
  const reader = finder.open(path, bytes.length);
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) reader?.write(bytes.subarray(at, at + CHUNK_BYTES));
  reader?.end();
}

function readFiles(folder: string, names: RegExp): readonly Content[] {
  const contents: Content[] = [];
  let left = MOST_BYTES;
  const walk = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (left <= 0) return;
      if (entry.isDirectory()) walk(child);
      else if (entry.isFile() && names.test(entry.name) && statSync(child).size < 4 * MIB) {
        const bytes = readFileSync(child);
        left -= bytes.length;
        // As an application's own: the documentation of packages is not looked at.
        contents.push({ path: `srv/app/${entry.name}`, bytes });
      }
    }
  };
  walk(folder);
  return contents;
}

function processorSeconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}
