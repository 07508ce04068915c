import { golang as goVersions } from '../versions/golang.ts';
import type { Ecosystem } from './ecosystem.ts';

/** Go modules by their path, and Go itself as `stdlib` and `toolchain`. */
export const golang: Ecosystem = {
  name: 'golang',
  versions: goVersions,
  purlType: 'golang',
  namespaces: () => ['Go'],
  lookup: (pkg) => ({ name: pkg.name, version: pkg.version }),
};
