// Written by `npm run generate`. Do not edit.
import { apk } from './apk.ts';
import { cargo } from './cargo.ts';
import { composer } from './composer.ts';
import { conda } from './conda.ts';
import { deb } from './deb.ts';
import type { Ecosystem } from './ecosystem.ts';
import { gem } from './gem.ts';
import { generic } from './generic.ts';
import { golang } from './golang.ts';
import { maven } from './maven.ts';
import { npm } from './npm.ts';
import { nuget } from './nuget.ts';
import { pypi } from './pypi.ts';
import { rpm } from './rpm.ts';

export const ecosystems = [
  apk,
  cargo,
  composer,
  conda,
  deb,
  gem,
  generic,
  golang,
  maven,
  npm,
  nuget,
  pypi,
  rpm,
] as const satisfies readonly Ecosystem[];
