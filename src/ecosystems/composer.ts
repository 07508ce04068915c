import { composer as composerVersions } from '../versions/composer.ts';
import type { Ecosystem } from './ecosystem.ts';

/** PHP's packages, `vendor/name`; Packagist does not tell names apart by case. */
export const composer: Ecosystem = {
  name: 'composer',
  versions: composerVersions,
  purlType: 'composer',
  namespaces: () => ['Packagist'],
  lookup: (pkg) => ({ name: pkg.name.toLowerCase(), version: pkg.version }),
};
