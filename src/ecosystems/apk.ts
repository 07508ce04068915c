import type { OperatingSystem } from '../model/inventory.ts';
import { apk as apkVersions } from '../versions/apk.ts';
import type { Ecosystem } from './ecosystem.ts';

/** Packages of Alpine and its kin. Advisories are filed under the origin, which subpackages share versions with. */
export const apk: Ecosystem = {
  name: 'apk',
  versions: apkVersions,
  purlType: 'apk',
  namespaces: (os) => (os ? namespacesOf(os) : []),
  lookup: (pkg) => ({ name: pkg.source?.name || pkg.name, version: pkg.version }),
};

const RELEASE = /^([0-9]{1,3}\.[0-9]{1,3})(?:[._]|$)/;
const BRANCH = /^v[0-9]{1,3}\.[0-9]{1,3}$/;
const ROLLING: Readonly<Record<string, string>> = { wolfi: 'Wolfi', chainguard: 'Chainguard' };

function namespacesOf(os: OperatingSystem): readonly string[] {
  const rolling = ROLLING[os.family];
  if (rolling) return [rolling];
  if (os.family !== 'alpine') return [];
  return alpineBranches(os).map((branch) => `Alpine:${branch}`);
}

/**
 * Packages come from the branches that /etc/apk/repositories names, whatever os-release says. The image's own release
 * goes first, edge last: it is most often there for a few pinned packages.
 */
function alpineBranches(os: OperatingSystem): readonly string[] {
  const own = ownBranch(os.release);
  const named = [...new Set(os.repositories ?? [])].filter((branch) => branch === 'edge' || BRANCH.test(branch));
  if (named.length === 0) return own ? [own] : [];
  const rank = (branch: string) => (branch === own ? 0 : branch === 'edge' ? 2 : 1);
  return named.sort((a, b) => rank(a) - rank(b));
}

function ownBranch(release: string): string | undefined {
  if (release.includes('_alpha') || release === 'edge') return 'edge'; // edge calls itself 3.23_alpha20250612
  const [, minor] = RELEASE.exec(release) ?? [];
  return minor ? `v${minor}` : undefined;
}
