import { gem as gemVersions } from '../versions/gem.ts';
import type { Ecosystem } from './ecosystem.ts';

/** Ruby's packages. Names are compared as they are: RubyGems tells them apart by case. */
export const gem: Ecosystem = {
  name: 'gem',
  versions: gemVersions,
  purlType: 'gem',
  namespaces: () => ['RubyGems'],
  lookup: (pkg) => ({ name: pkg.name, version: pkg.version }),
};
