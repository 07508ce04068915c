import { readFileSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { AdvisoryDatabase, AdvisorySnapshot } from '../model/advisory.ts';
import { AppError } from '../model/app-error.ts';
import { FORMAT } from './compile-tables.ts';
import { createAdvisoryReader } from './read-advisories.ts';

/**
 * Opens the compiled advisories for look-ups. Another file may be swapped in meanwhile: this one stays readable until
 * closed. Throws AppError `advisories-missing` when there are none, or none that this version reads.
 */
export function openAdvisories(path: string): AdvisoryDatabase {
  const database = openDatabase(path);
  const snapshot = readSnapshot(database, path);
  const reader = createAdvisoryReader(database);
  const namespaces = new Map<string, number>();
  for (const { row, name } of database.prepare('SELECT row, name FROM namespace').iterate()) {
    namespaces.set(String(name), Number(row));
  }
  const covered = new Set(snapshot.namespaces.map(({ name }) => name));
  return {
    find(namespace, packageName) {
      const row = namespaces.get(namespace);
      return row === undefined ? [] : reader.find(row, packageName);
    },
    vulnerability: reader.vulnerability,
    covers: (namespace) => covered.has(namespace),
    get snapshot() {
      return { ...snapshot, checkedAt: readCheckedAt(path, snapshot.id) ?? snapshot.checkedAt };
    },
    close: () => database.close(),
  };
}

/** When feeds turn out not to have changed, only this small file beside the compiled one does. */
export const checkedPath = (path: string) => `${path}.checked`;
export const Checked = z.object({ id: z.string(), checkedAt: z.iso.datetime() });

function readCheckedAt(path: string, id: string): string | undefined {
  try {
    const checked = Checked.parse(JSON.parse(readFileSync(checkedPath(path), 'utf8')));
    return checked.id === id ? checked.checkedAt : undefined; // that of another file when this one was replaced
  } catch {
    return undefined; // absent or damaged: the time of compilation still holds
  }
}

const HOW_TO_MEND = 'run `plimsoll advisories update`, or `plimsoll advisories import` where there is no internet';

function openDatabase(path: string): DatabaseSync {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw new AppError('advisories-missing', `no advisories have been compiled yet (${path}): ${HOW_TO_MEND}`);
  }
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1'); // nobody ever writes to it: no locks, and a read-only disk will do
  return new DatabaseSync(url, { readOnly: true });
}

const Snapshot = z.object({
  id: z.string(),
  compiledAt: z.string(),
  checkedAt: z.string(),
  advisories: z.number(),
  namespaces: z.array(z.object({ name: z.string(), advisories: z.number() })),
  exploited: z.number(),
});

function readSnapshot(database: DatabaseSync, path: string): AdvisorySnapshot {
  try {
    const meta = database.prepare('SELECT format, snapshot FROM meta').get();
    if (meta?.format !== FORMAT) throw new Error(`format ${meta?.format}, not ${FORMAT}`);
    return Snapshot.parse(JSON.parse(String(meta.snapshot)));
  } catch (error) {
    database.close();
    const message = `the compiled advisories (${path}) are damaged or of another version of Plimsoll: ${HOW_TO_MEND}`;
    throw new AppError('advisories-missing', message, { cause: error });
  }
}
