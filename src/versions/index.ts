// Written by `npm run generate`. Do not edit.
import { apk } from './apk.ts';
import { deb } from './deb.ts';
import { pep440 } from './pep440.ts';
import { semver } from './semver.ts';
import type { VersionScheme } from './version-scheme.ts';

export const versionSchemes = [apk, deb, pep440, semver] as const satisfies readonly VersionScheme[];
