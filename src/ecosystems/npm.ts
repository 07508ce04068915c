import { semver } from '../versions/semver.ts';
import type { Ecosystem } from './ecosystem.ts';

/** Node.js packages. Names are compared as they are: old ones differ by case only. */
export const npm: Ecosystem = {
  name: 'npm',
  versions: semver,
  purlType: 'npm',
  namespaces: () => ['npm'],
  lookup: (pkg) => ({ name: pkg.name, version: pkg.version }),
};
