import type { ShellCommand } from './read-script.ts';

export type PackageAction = 'update' | 'install' | 'upgrade' | 'download';

const actions: Readonly<Record<string, PackageAction>> = {
  update: 'update',
  makecache: 'update',
  refresh: 'update',
  'check-update': 'update',
  install: 'install',
  add: 'install',
  in: 'install',
  reinstall: 'install',
  groupinstall: 'install',
  'build-dep': 'install',
  upgrade: 'upgrade',
  'safe-upgrade': 'upgrade',
  'dist-upgrade': 'upgrade',
  'full-upgrade': 'upgrade',
  download: 'download',
  source: 'download',
  fetch: 'download',
};
const managers = new Set(['apt', 'apt-get', 'aptitude', 'apk', 'yum', 'dnf', 'microdnf', 'tdnf', 'zypper']);
const WORD = /^[a-z]/;

/** What a package manager of a system is told to do; undefined for other commands. */
export function packageAction({ name, arguments: words }: ShellCommand): PackageAction | undefined {
  if (!managers.has(name)) return undefined;
  const verb = words.find((word) => WORD.test(word) && Object.hasOwn(actions, word));
  return verb === undefined ? undefined : actions[verb];
}
