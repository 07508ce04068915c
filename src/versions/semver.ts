import { compare, parse, type SemVer } from 'semver';
import { InvalidVersion, type VersionScheme } from './version-scheme.ts';

/**
 * Semantic versions as npm reads them: a leading `v` and `1.2.3beta` (loose) are understood, build metadata does not count.
 * Advisories also write `1` and `1.2`, which are `1.0.0` and `1.2.0`.
 */
export const semver: VersionScheme = {
  name: 'semver',
  compare: (a, b) => compare(read(a), read(b)),
};

const SHORT = /^[0-9]{1,16}(\.[0-9]{1,16})?$/;

function read(version: string): SemVer {
  const short = SHORT.exec(version);
  const full = short ? `${version}${short[1] === undefined ? '.0.0' : '.0'}` : version;
  const parsed = parse(full) ?? parse(full, { loose: true });
  if (!parsed) throw new InvalidVersion('semver', version);
  return parsed;
}
