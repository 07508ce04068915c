// Written by `npm run generate`. Do not edit.
import type { Analyzer } from '../analyzer.ts';
import { apk } from './apk.ts';
import { apkRepositories } from './apk-repositories.ts';
import { bunLock } from './bun-lock.ts';
import { cargoLock } from './cargo-lock.ts';
import { composerInstalled } from './composer-installed.ts';
import { composerLock } from './composer-lock.ts';
import { condaMeta } from './conda-meta.ts';
import { dotnetDeps } from './dotnet-deps.ts';
import { dpkg } from './dpkg.ts';
import { dpkgFiles } from './dpkg-files.ts';
import { gemfileLock } from './gemfile-lock.ts';
import { gemspec } from './gemspec.ts';
import { goBinary } from './go-binary.ts';
import { goMod } from './go-mod.ts';
import { goToolchain } from './go-toolchain.ts';
import { gradleLock } from './gradle-lock.ts';
import { java } from './java.ts';
import { javaRuntime } from './java-runtime.ts';
import { knownProgram } from './known-program.ts';
import { npm } from './npm.ts';
import { nugetConfig } from './nuget-config.ts';
import { nugetLock } from './nuget-lock.ts';
import { osRelease } from './os-release.ts';
import { packageLock } from './package-lock.ts';
import { pdmLock } from './pdm-lock.ts';
import { pipfileLock } from './pipfile-lock.ts';
import { pnpmLock } from './pnpm-lock.ts';
import { poetryLock } from './poetry-lock.ts';
import { pylock } from './pylock.ts';
import { python } from './python.ts';
import { pythonEgg } from './python-egg.ts';
import { pythonRequirements } from './python-requirements.ts';
import { releaseFile } from './release-file.ts';
import { rpm } from './rpm.ts';
import { rpmManifest } from './rpm-manifest.ts';
import { rustBinary } from './rust-binary.ts';
import { uvLock } from './uv-lock.ts';
import { yarnLock } from './yarn-lock.ts';

export const analyzers = [
  apk,
  apkRepositories,
  bunLock,
  cargoLock,
  composerInstalled,
  composerLock,
  condaMeta,
  dotnetDeps,
  dpkg,
  dpkgFiles,
  gemfileLock,
  gemspec,
  goBinary,
  goMod,
  goToolchain,
  gradleLock,
  java,
  javaRuntime,
  knownProgram,
  npm,
  nugetConfig,
  nugetLock,
  osRelease,
  packageLock,
  pdmLock,
  pipfileLock,
  pnpmLock,
  poetryLock,
  pylock,
  python,
  pythonEgg,
  pythonRequirements,
  releaseFile,
  rpm,
  rpmManifest,
  rustBinary,
  uvLock,
  yarnLock,
] as const satisfies readonly Analyzer[];
