// Written by `npm run generate`. Do not edit.
import { apk } from './apk.ts';
import { composer } from './composer.ts';
import { deb } from './deb.ts';
import { gem } from './gem.ts';
import { golang } from './golang.ts';
import { maven } from './maven.ts';
import { nuget } from './nuget.ts';
import { pep440 } from './pep440.ts';
import { rpm } from './rpm.ts';
import { semver } from './semver.ts';
import type { VersionScheme } from './version-scheme.ts';

export const versionSchemes = [
  apk,
  composer,
  deb,
  gem,
  golang,
  maven,
  nuget,
  pep440,
  rpm,
  semver,
] as const satisfies readonly VersionScheme[];
