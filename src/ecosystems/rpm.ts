import type { OperatingSystem } from '../model/inventory.ts';
import { rpm as rpmVersions } from '../versions/rpm.ts';
import type { Ecosystem } from './ecosystem.ts';
import { ofSameModule } from './rpm/of-same-module.ts';
import { fileUnder, namespaceOf } from './rpm/rpm-namespaces.ts';

/** Packages of Red Hat's kin, SUSE and the other systems that use rpm. */
export const rpm: Ecosystem = {
  name: 'rpm',
  versions: rpmVersions,
  purlType: 'rpm',
  namespaces: (os) => (os ? namespacesOf(os) : []),
  lookup: (pkg, os) =>
    namesBinaries.has(os?.family ?? '') || pkg.source === undefined
      ? { name: pkg.name, version: pkg.version }
      : pkg.source,
  fileUnder,
  ofSameModule,
};

/** Systems whose advisories list every binary package; those of the others list sources. */
const namesBinaries: ReadonlySet<string> = new Set(['almalinux', 'rhel', 'centos']);

function namespacesOf(os: OperatingSystem): readonly string[] {
  const namespace = namespaceOf(os);
  return namespace === undefined ? [] : [namespace];
}
