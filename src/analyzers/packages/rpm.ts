import type { Finding } from '../../model/layer-report.ts';
import type { Analyzer, AnalyzerFile } from '../analyzer.ts';
import { DatabaseError } from '../rpm-db/database-error.ts';
import { ownedPaths } from '../rpm-db/owned-paths.ts';
import { readBerkeley } from '../rpm-db/read-berkeley.ts';
import { readNdb } from '../rpm-db/read-ndb.ts';
import { readRpmPackage } from '../rpm-db/read-rpm-package.ts';
import { readSqlite } from '../rpm-db/read-sqlite.ts';
import { RpmHeader } from '../rpm-db/rpm-header.ts';
import { readWal } from '../rpm-db/sqlite-wal.ts';

/** Where rpm keeps its database: always, since Fedora 36 and on SUSE, and in images made by rpm-ostree. */
const folders = ['var/lib/rpm/', 'usr/lib/sysimage/rpm/', 'usr/share/rpm/'];
const SQLITE = 'rpmdb.sqlite';
const LOG = 'rpmdb.sqlite-wal';
const names = new Set([SQLITE, LOG, 'Packages.db', 'Packages']);

const MAX_PROBLEMS = 100;
const MAX_PACKAGES = 100_000;
/** Characters of all paths that are owned, and some for each; a system of 3,000 packages has 40 Mi. */
const MAX_OWNED = 128 * 1024 ** 2;
const PATH_COST = 16;

/** Packages of Red Hat, SUSE and their kin, from rpm's database in any of its three forms: https://rpm.org */
export const rpm: Analyzer = {
  name: 'rpm',
  version: 1,
  maxBytes: 256 * 1024 ** 2,
  wants: (path) => folders.some((folder) => path.startsWith(folder) && names.has(path.slice(folder.length))),
  readWith: (path) => (path.endsWith(SQLITE) ? path : path.endsWith(LOG) ? path.slice(0, -'-wal'.length) : undefined),
  analyze(file, problem, others = []) {
    if (file.path.endsWith(LOG)) return readLogAlone(file, problem);
    const findings: Finding[] = [];
    try {
      for (const finding of readDatabase(file, others, bounded(problem))) findings.push(finding);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      problem(error.message);
    }
    return findings;
  },
};

/** A log whose database did not change is in another layer than that. */
function readLogAlone(file: AnalyzerFile, problem: (message: string) => void): readonly Finding[] {
  if (readWal(file.bytes)) {
    problem(
      "it holds changes to a database of another layer, and those are not read; have them merged when the image is built: sqlite3 rpmdb.sqlite 'PRAGMA wal_checkpoint(TRUNCATE)'",
    );
  }
  return [];
}

function* readDatabase(
  file: AnalyzerFile,
  others: readonly AnalyzerFile[],
  problem: (message: string) => void,
): Generator<Finding, void> {
  let packages = 0;
  let ownedLeft = MAX_OWNED;
  for (const blob of readHeaders(file, others, problem)) {
    try {
      const header = new RpmHeader(blob);
      const found = readRpmPackage(header);
      if (!found) continue;
      if (packages === MAX_PACKAGES) return problem(`it has more than ${MAX_PACKAGES} packages`);
      packages++;
      yield { kind: 'package', package: found };
      if (ownedLeft <= 0) continue;
      const paths: string[] = [];
      for (const path of ownedPaths(header)) {
        ownedLeft -= path.length + PATH_COST;
        if (ownedLeft <= 0) throw new DatabaseError('its packages own more files than those of any real system');
        paths.push(path);
      }
      if (paths.length > 0) yield { kind: 'ownership', owner: { ecosystem: 'rpm', name: found.name }, paths };
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      problem(error.message);
    }
  }
}

function readHeaders(
  file: AnalyzerFile,
  others: readonly AnalyzerFile[],
  problem: (message: string) => void,
): Generator<Uint8Array, void> {
  if (file.path.endsWith(SQLITE)) return readSqlite(file.bytes, others[0]?.bytes, problem);
  return file.path.endsWith('.db') ? readNdb(file.bytes, problem) : readBerkeley(file.bytes, problem);
}

/** A database with so much wrong in it is not read to its end. */
function bounded(problem: (message: string) => void): (message: string) => void {
  let count = 0;
  return (message) => {
    count++;
    if (count > MAX_PROBLEMS) throw new DatabaseError('so much is wrong that the rest is not read');
    problem(message);
  };
}
