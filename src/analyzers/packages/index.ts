// Written by `npm run generate`. Do not edit.
import type { Analyzer } from '../analyzer.ts';
import { apk } from './apk.ts';
import { apkRepositories } from './apk-repositories.ts';
import { dpkg } from './dpkg.ts';
import { dpkgFiles } from './dpkg-files.ts';
import { npm } from './npm.ts';
import { osRelease } from './os-release.ts';
import { python } from './python.ts';

export const analyzers = [
  apk,
  apkRepositories,
  dpkg,
  dpkgFiles,
  npm,
  osRelease,
  python,
] as const satisfies readonly Analyzer[];
