// Written by `npm run generate`. Do not edit.
import { apk } from './apk.ts';
import { deb } from './deb.ts';
import type { Ecosystem } from './ecosystem.ts';
import { npm } from './npm.ts';
import { pypi } from './pypi.ts';

export const ecosystems = [apk, deb, npm, pypi] as const satisfies readonly Ecosystem[];
