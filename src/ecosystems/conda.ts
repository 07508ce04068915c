import { pep440 } from '../versions/pep440.ts';
import type { Ecosystem } from './ecosystem.ts';

/**
 * Packages of Conda's channels. Nobody publishes advisories for these: the namespace is one that no feed covers, so that an
 * image with them is partly unknown, not clean. What pip can see of them is looked up as PyPI's packages beside.
 */
export const conda: Ecosystem = {
  name: 'conda',
  versions: pep440, // close to Conda's own order, and never asked while there are no advisories
  purlType: 'conda',
  namespaces: () => ['conda'],
  lookup: (pkg) => ({ name: pkg.name.toLowerCase(), version: pkg.version }),
};
