import { semver } from '../versions/semver.ts';
import type { Ecosystem } from './ecosystem.ts';

/** Rust crates. */
export const cargo: Ecosystem = {
  name: 'cargo',
  versions: semver,
  purlType: 'cargo',
  namespaces: () => ['crates.io'],
  lookup: (pkg) => ({ name: pkg.name, version: pkg.version }),
};
