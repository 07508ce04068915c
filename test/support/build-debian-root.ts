import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstalledPackage } from './build-debian-image.ts';
import { runCommand } from './run-command.ts';

/** Real packages with the database that dpkg itself wrote, and nothing that they depend on. */
export interface DebianRoot {
  readonly folder: string;
  readonly packages: readonly InstalledPackage[];
  remove(): Promise<void>;
}

const tools = ['apt-get', 'apt-cache', 'dpkg', 'dpkg-query', 'tar'];

/** What keeps such a root from being made here; undefined when nothing does. */
export function whyNoDebianRoot(): string | undefined {
  if (process.getuid?.() !== 0) return 'unpacking Debian packages as their owners needs root';
  const missing = tools.filter((tool) => spawnSync('which', [tool]).status !== 0);
  return missing.length > 0 ? `missing: ${missing.join(', ')}` : undefined;
}

/**
 * Unpacks the named packages as a release's main archive has them, without the fixes of its security suite: seconds,
 * where a whole system takes a minute. Undefined when this machine's apt does not know the release.
 */
export async function buildDebianRoot(release: string, names: readonly string[]): Promise<DebianRoot | undefined> {
  let versions = await mainVersions(release, names);
  if (versions.length < names.length) {
    await runCommand('apt-get', ['update', '-q']);
    versions = await mainVersions(release, names);
    if (versions.length < names.length) return undefined;
  }
  const work = await mkdtemp(join(tmpdir(), 'plimsoll-debian-root-'));
  await chmod(work, 0o755);
  const folder = join(work, 'root');
  const debs = join(work, 'debs');
  await mkdir(debs, { mode: 0o777 });
  await chmod(debs, 0o777); // apt downloads as its own user
  await runCommand('apt-get', ['download', '-q', ...versions], { cwd: debs });
  for (const name of ['info', 'updates', 'triggers'])
    await mkdir(join(folder, 'var/lib/dpkg', name), { recursive: true });
  const status = join(folder, 'var/lib/dpkg/status');
  await writeFile(status, '');
  const files = (await readdir(debs)).map((name) => join(debs, name));
  const options = [`--root=${folder}`, '--force-depends', '--force-script-chrootless', '--force-unsafe-io'];
  await runCommand('dpkg', [...options, '--unpack', ...files]);
  // Their scripts, which need a whole system, have not run; their files are all there.
  await writeFile(status, (await readFile(status, 'utf8')).replaceAll('install ok unpacked', 'install ok installed'));
  return {
    folder,
    packages: await installedIn(folder),
    remove: () => rm(work, { recursive: true, force: true }),
  };
}

/** `name=version` of each package that the release's main archive has. */
async function mainVersions(release: string, names: readonly string[]): Promise<readonly string[]> {
  const table = await runCommand('apt-cache', ['madison', ...names]);
  return table.split('\n').flatMap((line) => {
    const [name = '', version = '', from = ''] = line.split('|').map((cell) => cell.trim());
    return from.split(' ').includes(`${release}/main`) ? [`${name}=${version}`] : [];
  });
}

async function installedIn(folder: string): Promise<readonly InstalledPackage[]> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
  const format = '${Package} ${Version} ${source:Package} ${source:Version}\\n';
  const list = await runCommand('dpkg-query', [`--admindir=${join(folder, 'var/lib/dpkg')}`, '-W', '-f', format]);
  return list
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', version = '', source = '', sourceVersion = ''] = line.split(' ');
      return { name, version, source, sourceVersion };
    });
}
