import { copyFile, link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdvisorySnapshot } from '../model/advisory.ts';
import { AppError } from '../model/app-error.ts';
import { advisoriesFolder, advisoriesPath } from './advisories-path.ts';
import { readSnapshot } from './read-snapshot.ts';
import { syncFolder } from './write-atomically.ts';

/** A compilation that results can be asked "as of". */
export interface KeptSnapshot {
  readonly snapshot: AdvisorySnapshot;
  readonly path: string;
  readonly bytes: number;
  /** It is the one in use. */
  readonly current: boolean;
}

/** How many are kept when nobody says. */
export const SNAPSHOTS_KEPT = 3;

const SUFFIX = '.sqlite';
const snapshotsFolder = (dataDir: string) => join(advisoriesFolder(dataDir), 'snapshots');

/** Where a kept compilation lies, or would. */
export const snapshotPath = (dataDir: string, id: string): string =>
  join(snapshotsFolder(dataDir), `${encodeURIComponent(id)}${SUFFIX}`);

/** Where a compilation lies now: what is in use is kept under its id only when its update has ended. */
export function locateSnapshot(dataDir: string, id: string): string {
  const current = advisoriesPath(dataDir);
  return readSnapshot(current)?.id === id ? current : snapshotPath(dataDir, id);
}

/**
 * Keeps the compilation in use under its id, and of all kept ones the newest so many; a hard link, which costs nothing while it
 * is in use. Only with the folder's lock in hand. A kill at any moment leaves nothing half written under its name.
 */
export async function keepSnapshot(dataDir: string, keep: number): Promise<void> {
  const current = readSnapshot(advisoriesPath(dataDir));
  if (!current) return;
  await mkdir(snapshotsFolder(dataDir), { recursive: true });
  await linkOver(advisoriesPath(dataDir), snapshotPath(dataDir, current.id));
  await prune(dataDir, keep);
}

/** Newest first. */
export async function listSnapshots(dataDir: string): Promise<readonly KeptSnapshot[]> {
  const current = readSnapshot(advisoriesPath(dataDir))?.id;
  const kept: KeptSnapshot[] = [];
  for (const name of await namesIn(dataDir)) {
    const path = join(snapshotsFolder(dataDir), name);
    const snapshot = name.endsWith(SUFFIX) ? readSnapshot(path) : undefined;
    const found = await stat(path).catch(() => undefined);
    if (snapshot && found) kept.push({ snapshot, path, bytes: found.size, current: snapshot.id === current });
  }
  return kept.sort((a, b) => Number(b.current) - Number(a.current) || newestFirst(a, b));
}

const PREFIX = /^[0-9a-f]{4,64}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * The kept compilation that a person means by its id, or the beginning of it, or by a date: then the one that was in use at the
 * end of that day, or at that time. @throws AppError advisories-missing, with what is kept
 */
export async function findSnapshot(dataDir: string, word: string): Promise<KeptSnapshot> {
  const kept = await listSnapshots(dataDir);
  const matching = PREFIX.test(word) ? kept.filter(({ snapshot }) => snapshot.id.startsWith(word)) : [];
  const time = Date.parse(DAY.test(word) ? `${word}T23:59:59.999Z` : word);
  const inUse = [...kept]
    .sort(newestFirst)
    .find(({ snapshot }) => !Number.isNaN(time) && Date.parse(snapshot.compiledAt) <= time);
  const found = matching.length === 1 ? matching[0] : matching.length === 0 && !PREFIX.test(word) ? inUse : undefined;
  if (found) return found;
  const reason =
    matching.length > 1
      ? `"${word}" is the beginning of ${matching.length} snapshots`
      : `no advisories are kept as of "${word}"`;
  const list = kept.map(({ snapshot }) => `${snapshot.id.slice(0, 12)} of ${snapshot.compiledAt}`).join(', ');
  const what = kept.length > 0 ? `kept are ${list}` : 'none are kept: plimsoll advisories update';
  throw new AppError('advisories-missing', `${reason}; ${what}`);
}

/** By a name of its own first: to replace one that is there already. A copy where the file system knows no links. */
async function linkOver(from: string, to: string): Promise<void> {
  const [source, target] = [await stat(from), await stat(to).catch(() => undefined)];
  if (target?.ino === source.ino && target.dev === source.dev) return;
  const next = `${to}.new`;
  await rm(next, { force: true });
  await link(from, next).catch(() => copyFile(from, next));
  await rename(next, to);
  await syncFolder(join(to, '..'));
}

/** The one in use always stays. What this version cannot read helps nobody. */
async function prune(dataDir: string, keep: number): Promise<void> {
  const stay = new Set((await listSnapshots(dataDir)).slice(0, Math.max(1, keep)).map(({ path }) => path));
  for (const name of await namesIn(dataDir)) {
    const path = join(snapshotsFolder(dataDir), name);
    if (!stay.has(path)) await rm(path, { recursive: true, force: true });
  }
}

const newestFirst = (a: KeptSnapshot, b: KeptSnapshot): number =>
  Date.parse(b.snapshot.compiledAt) - Date.parse(a.snapshot.compiledAt) || (a.snapshot.id < b.snapshot.id ? -1 : 1);

const namesIn = (dataDir: string): Promise<readonly string[]> => readdir(snapshotsFolder(dataDir)).catch(() => []);
