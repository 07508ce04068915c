import { compare, valid } from '@renovatebot/pep440';
import { InvalidVersion, type VersionScheme } from './version-scheme.ts';

/** Python versions: https://packaging.python.org/en/latest/specifications/version-specifiers/ */
export const pep440: VersionScheme = {
  name: 'pep440',
  compare(a, b) {
    for (const version of [a, b]) {
      if (version.length > MAX_LENGTH || valid(version) === null) throw new InvalidVersion('pep440', version);
    }
    return compare(a, b);
  },
};

const MAX_LENGTH = 200; // no real one exceeds 60; a bound on what an image may make us chew on
