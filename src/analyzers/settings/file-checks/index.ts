// Written by `npm run generate`. Do not edit.
import type { FileCheck } from '../file-check.ts';
import { accountFiles } from './account-files.ts';
import { capablePrograms } from './capable-programs.ts';
import { emptyPasswords } from './empty-passwords.ts';
import { hostKeys } from './host-keys.ts';
import { loginKeys } from './login-keys.ts';
import { preloadedLibrary } from './preloaded-library.ts';
import { setuidPrograms } from './setuid-programs.ts';
import { sharedIds } from './shared-ids.ts';
import { sshdConfig } from './sshd-config.ts';
import { sudoers } from './sudoers.ts';
import { trustedHosts } from './trusted-hosts.ts';
import { unnecessaryFiles } from './unnecessary-files.ts';
import { writableFiles } from './writable-files.ts';
import { writableFolders } from './writable-folders.ts';

export const fileChecks = [
  accountFiles,
  capablePrograms,
  emptyPasswords,
  hostKeys,
  loginKeys,
  preloadedLibrary,
  setuidPrograms,
  sharedIds,
  sshdConfig,
  sudoers,
  trustedHosts,
  unnecessaryFiles,
  writableFiles,
  writableFolders,
] as const satisfies readonly FileCheck[];
