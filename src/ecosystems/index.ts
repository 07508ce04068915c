// Written by `npm run generate`. Do not edit.
import { apk } from './apk.ts';
import { composer } from './composer.ts';
import { conda } from './conda.ts';
import { deb } from './deb.ts';
import type { Ecosystem } from './ecosystem.ts';
import { gem } from './gem.ts';
import { npm } from './npm.ts';
import { nuget } from './nuget.ts';
import { pypi } from './pypi.ts';

export const ecosystems = [apk, composer, conda, deb, gem, npm, nuget, pypi] as const satisfies readonly Ecosystem[];
