import { maven as mavenVersions } from '../versions/maven.ts';
import type { Ecosystem } from './ecosystem.ts';

/** Java packages, `group:artifact`. */
export const maven: Ecosystem = {
  name: 'maven',
  versions: mavenVersions,
  purlType: 'maven',
  namespaces: () => ['Maven'],
  lookup: (pkg) => ({ name: pkg.name, version: pkg.version }),
};
