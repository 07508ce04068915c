import type { OperatingSystem } from '../model/inventory.ts';
import { deb as debVersions } from '../versions/deb.ts';
import type { Ecosystem } from './ecosystem.ts';

/** Debian's packages, and those of Ubuntu. Advisories are filed under source packages and name source versions. */
export const deb: Ecosystem = {
  name: 'deb',
  versions: debVersions,
  purlType: 'deb',
  namespaces: (os) => (os ? namespacesOf(os) : []),
  lookup: (pkg) => ({
    name: pkg.source?.name || pkg.name,
    version: pkg.source?.version || pkg.version,
  }),
};

const DEBIAN_RELEASE = /^([0-9]{1,3})(?:\.|$)/;
const UBUNTU_RELEASE = /^([0-9]{2})\.([0-9]{2})(?:\.|$)/;

function namespacesOf(os: OperatingSystem): readonly string[] {
  if (os.family === 'debian') {
    // testing and sid have no VERSION_ID: nobody files advisories under a moving target.
    const [, major] = DEBIAN_RELEASE.exec(os.release) ?? [];
    return major ? [`Debian:${Number(major)}`] : [];
  }
  if (os.family === 'ubuntu') {
    const [, year, month] = UBUNTU_RELEASE.exec(os.release) ?? [];
    if (!year || !month) return [];
    const longTerm = month === '04' && Number(year) % 2 === 0;
    return [`Ubuntu:${year}.${month}${longTerm ? ':LTS' : ''}`]; // as OSV.dev spells them
  }
  return [];
}
