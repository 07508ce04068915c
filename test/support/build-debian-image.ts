import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDebianRoot } from './build-debian-root.ts';
import { runCommand } from './run-command.ts';

/** A binary package as dpkg-query names it. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly sourceVersion: string;
}

/** A real Debian image as an OCI layout. */
export interface DebianImage {
  /** Folder of the layout; the image's tag is `latest`. */
  readonly layout: string;
  readonly packages: readonly InstalledPackage[];
  remove(): Promise<void>;
}

const tools = ['mmdebstrap', 'umoci', 'dpkg-query', 'apt-get'];

/** What keeps a Debian image from being built here; undefined when nothing does. */
export function whyNoDebianImage(): string | undefined {
  if (process.getuid?.() !== 0) return 'building a Debian image needs root';
  const missing = tools.filter((tool) => spawnSync('which', [tool]).status !== 0);
  return missing.length > 0 ? `missing: ${missing.join(', ')} (scripts/system-packages.sh installs them)` : undefined;
}

/**
 * The named packages of the suite's main archive only, so that every fix of the security suite is missing: a genuinely
 * vulnerable image, with the database that dpkg wrote, packed by umoci. `whole`: installed into a minimal system by mmdebstrap,
 * with all that they depend on; about a minute more.
 */
export async function buildDebianImage(
  suite: string,
  include: readonly string[],
  whole: boolean,
): Promise<DebianImage> {
  const work = await mkdtemp(join(tmpdir(), 'plimsoll-debian-'));
  await chmod(work, 0o755); // mmdebstrap's apt reads it as its own user
  const layout = join(work, 'layout');
  const bundle = join(work, 'bundle');
  const rootfs = join(bundle, 'rootfs');
  const image = `${layout}:latest`;
  await runCommand('umoci', ['init', '--layout', layout]);
  await runCommand('umoci', ['new', '--image', image]);
  await runCommand('umoci', ['unpack', '--image', image, bundle]);
  await rm(rootfs, { recursive: true, force: true });
  const packages = await (whole ? installSystem : unpackPackages)(suite, include, rootfs);
  await runCommand('umoci', ['repack', '--image', image, bundle]);
  await runCommand('umoci', ['config', '--image', image, '--os', 'linux', '--config.cmd', '/bin/bash']);
  await rm(bundle, { recursive: true, force: true });
  return { layout, packages, remove: () => rm(work, { recursive: true, force: true }) };
}

async function unpackPackages(
  suite: string,
  include: readonly string[],
  rootfs: string,
): Promise<readonly InstalledPackage[]> {
  const root = await buildDebianRoot(suite, include);
  if (!root) throw new Error(`apt does not know ${include.join(', ')} of ${suite} here`);
  await cp(root.folder, rootfs, { recursive: true, verbatimSymlinks: true });
  await root.remove();
  return root.packages;
}

async function installSystem(
  suite: string,
  include: readonly string[],
  rootfs: string,
): Promise<readonly InstalledPackage[]> {
  await runCommand('mmdebstrap', [
    '--quiet',
    '--mode=root',
    '--variant=minbase',
    `--include=${include.join(',')}`,
    suite,
    rootfs,
    `deb ${await debianMirror()} ${suite} main`,
  ]);
  const list = await runCommand('dpkg-query', [
    `--admindir=${join(rootfs, 'var/lib/dpkg')}`,
    '-W',
    '-f',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
    '${Package} ${Version} ${source:Package} ${source:Version}\\n',
  ]);
  return list.trim().split('\n').flatMap(parsePackage);
}

function parsePackage(line: string): readonly InstalledPackage[] {
  const [name, version, source, sourceVersion] = line.split(' ');
  return name && version && source && sourceVersion ? [{ name, version, source, sourceVersion }] : [];
}

/** The Debian archive that this machine itself uses. */
async function debianMirror(): Promise<string> {
  const urls = await runCommand('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages']);
  const mirror = urls.split('\n').find((url) => /\/debian\/?$/.test(url));
  if (!mirror) throw new Error("no Debian archive among apt's sources");
  return mirror.replace(/\/$/, '');
}
