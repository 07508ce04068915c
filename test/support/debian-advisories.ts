import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { InstalledPackage } from './build-debian-image.ts';
import { runCommand } from './run-command.ts';

/** A vulnerability that a Debian changelog says was fixed after the installed version. */
export interface ChangelogFix {
  readonly source: string;
  readonly cve: string;
  /** Lowest version whose entry names the CVE. */
  readonly fixed: string;
}

/**
 * Derives real findings from Debian's own words: for each source package of which apt offers a newer version, the
 * newer .deb is downloaded and every CVE that its changelog names above the installed source version is a finding.
 * Needs apt's security suite of the image's release.
 */
export async function changelogFixes(installed: readonly InstalledPackage[]): Promise<readonly ChangelogFix[]> {
  const candidates = await aptCandidates(installed);
  const bySource = Map.groupBy(installed, (found) => found.source);
  const work = await mkdtemp(join(tmpdir(), 'plimsoll-changelogs-'));
  await chmod(work, 0o755); // apt downloads as its own user
  try {
    const fixes: ChangelogFix[] = [];
    for (const [source, binaries] of bySource) {
      for (const binary of binaries) {
        const candidate = candidates.get(binary.name);
        if (!candidate || !isNewer(candidate, binary.version)) continue;
        const changelog = await readChangelog(binary.name, candidate, work);
        if (changelog === undefined) continue; // its documentation is a link into another package of the source
        fixes.push(...fixesIn(changelog, source, binary.sourceVersion));
        break;
      }
    }
    return fixes;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** OSV records for the fixes, as OSV.dev publishes Debian's. */
export function toOsvRecords(fixes: readonly ChangelogFix[], ecosystem: string): readonly object[] {
  return [...Map.groupBy(fixes, (fix) => fix.cve)].map(([cve, ofCve]) => ({
    schema_version: '1.7.3',
    id: `DEBIAN-${cve}`,
    published: '2026-01-01T00:00:00Z',
    modified: '2026-01-01T00:00:00Z',
    upstream: [cve],
    details: ofCve.map((fix) => `${fix.source}: fixed in ${fix.fixed}`).join('\n'),
    affected: ofCve.map((fix) => ({
      package: { ecosystem, name: fix.source },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: fix.fixed }] }],
    })),
    references: [{ type: 'ADVISORY', url: `https://security-tracker.debian.org/tracker/${cve}` }],
  }));
}

function fixesIn(changelog: string, source: string, installedSourceVersion: string): readonly ChangelogFix[] {
  const lowest = new Map<string, string>();
  for (const entry of changelog.split(/^(?=\S+ \([^)]+\) )/m)) {
    const version = /^\S+ \((\S+)\) /.exec(entry)?.[1];
    if (!version) continue;
    if (!isNewer(version, installedSourceVersion)) break;
    // Entries come newest first, so a later one in this loop is the lower version.
    for (const [cve] of entry.matchAll(/CVE-\d{4}-\d{4,}/g)) lowest.set(cve, version);
  }
  return [...lowest].map(([cve, fixed]) => ({ source, cve, fixed }));
}

async function aptCandidates(installed: readonly InstalledPackage[]): Promise<ReadonlyMap<string, string>> {
  const text = await runCommand('apt-cache', ['policy', ...new Set(installed.map((found) => found.name))], {
    env: { LC_ALL: 'C' },
  });
  const candidates = new Map<string, string>();
  let current = '';
  for (const line of text.split('\n')) {
    current = /^(\S+):$/.exec(line)?.[1]?.split(':')[0] ?? current;
    const candidate = /^\s+Candidate: (\S+)/.exec(line)?.[1];
    if (candidate && candidate !== '(none)') candidates.set(current, candidate);
  }
  return candidates;
}

const isNewer = (a: string, b: string): boolean => spawnSync('dpkg', ['--compare-versions', a, 'gt', b]).status === 0;

async function readChangelog(binary: string, version: string, work: string): Promise<string | undefined> {
  const folder = await mkdtemp(join(work, 'deb-'));
  await chmod(folder, 0o755);
  await runCommand('apt-get', ['download', '-q', `${binary}=${version}`], { cwd: folder });
  const deb = (await readdir(folder)).find((name) => name.endsWith('.deb'));
  if (!deb) return undefined;
  await runCommand('dpkg-deb', ['-x', join(folder, deb), join(folder, 'x')]);
  for (const name of ['changelog.Debian.gz', 'changelog.gz']) {
    const bytes = await readFile(join(folder, 'x/usr/share/doc', binary, name)).catch(() => undefined);
    if (bytes) return gunzipSync(bytes).toString('utf8');
  }
  return undefined;
}
