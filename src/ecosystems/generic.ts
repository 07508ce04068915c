import { semver } from '../versions/semver.ts';
import type { Ecosystem } from './ecosystem.ts';

/** Programs without a package manager. Of OSV's databases only Bitnami's files advisories under the names of programs. */
export const generic: Ecosystem = {
  name: 'generic',
  versions: semver,
  purlType: 'generic',
  namespaces: () => ['Bitnami'],
  lookup: (pkg) => ({ name: pkg.name, version: pkg.version }),
};
