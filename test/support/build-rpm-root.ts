import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A package that is made up: nothing in it runs. */
export interface RpmSpec {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly epoch?: number;
  /** Default `x86_64`; `noarch` for one of any. */
  readonly architecture?: string;
  /** The package of the specification that it is built from, whose version and release are its own; default itself. */
  readonly source?: string;
  /** `nodejs:12:8030020201124152102:229f0a1c` */
  readonly modularity?: string;
  /** Content of each file by its absolute path. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface RpmRoot {
  readonly folder: string;
  /** Of the database, absolute. */
  readonly database: string;
  remove(): void;
}

/** Whether this machine has rpm, which makes the packages and installs them. */
export const hasRpm = spawnSync('rpmbuild', ['--version']).status === 0;

const DATABASE = '/var/lib/rpm';

/**
 * Builds the packages with rpmbuild (one run for those of one source, module and architecture) and installs them with rpm
 * into a new root, which then has a real database in sqlite's form. Some 0.3 s for each run, 1 s more for all.
 */
export function buildRpmRoot(packages: readonly RpmSpec[], options: { readonly databasePath?: string } = {}): RpmRoot {
  const top = mkdtempSync(join(tmpdir(), 'rpm-root-'));
  const folder = join(top, 'root');
  const built = join(top, 'built');
  mkdirSync(folder);
  for (const each of Map.groupBy(packages, buildKey).values()) build(top, built, each);
  const files = readdirSync(built, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.rpm'));
  const path = options.databasePath ?? DATABASE;
  rpm(folder, path, ['-i', '--noscripts', '--oldpackage', '--replacefiles', ...files.map((name) => join(built, name))]);
  return { folder, database: join(folder, path), remove: () => rmSync(top, { recursive: true, force: true }) };
}

/** Runs rpm on the database of a root. */
export function rpm(folder: string, databasePath: string, args: readonly string[]): string {
  const defines = [`_dbpath ${databasePath}`, '_db_backend sqlite', '_pkgverify_level none'];
  const settings = defines.flatMap((each) => ['--define', each]);
  const force = args.includes('-i') || args.includes('-e') ? ['--nodeps'] : [];
  const ignore = args.includes('-i') ? ['--ignorearch', '--ignoreos', '--force-debian'] : ['--force-debian'];
  return execFileSync('rpm', ['--root', folder, ...settings, ...ignore, ...force, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function buildKey({ source, name, version, release, modularity, architecture }: RpmSpec): string {
  return [source ?? name, version, release, modularity, architecture].join(' ');
}

/** All of one source: the packages of a specification share its version, release and module. */
function build(top: string, built: string, packages: readonly RpmSpec[]): void {
  const [first] = packages;
  if (!first) return;
  const content = join(top, 'content');
  for (const [path, text] of packages.flatMap(({ files = {} }) => Object.entries(files))) {
    mkdirSync(dirname(join(content, path)), { recursive: true });
    writeFileSync(join(content, path), text);
  }
  mkdirSync(content, { recursive: true });
  const file = join(top, 'package.spec');
  writeFileSync(file, specification(first, packages, content));
  const defines = [
    `_topdir ${join(top, 'work')}`,
    `_rpmdir ${built}`,
    '__os_install_post %{nil}',
    '_build_id_links none',
  ];
  execFileSync(
    'rpmbuild',
    ['-bb', '--target', first.architecture ?? 'x86_64', ...defines.flatMap((each) => ['--define', each]), file],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  rmSync(content, { recursive: true });
}

function specification(first: RpmSpec, packages: readonly RpmSpec[], content: string): string {
  const source = first.source ?? first.name;
  const own = packages.find(({ name }) => name === source);
  const others = packages.filter(({ name }) => name !== source);
  return [
    `Name: ${source}`,
    `Version: ${first.version}`,
    `Release: ${first.release}`,
    ...(first.modularity === undefined ? [] : [`ModularityLabel: ${first.modularity}`]),
    'AutoReqProv: no',
    'License: None',
    ...describe(own),
    '%description',
    'Made up.',
    ...others.flatMap((each) => [
      `%package -n ${each.name}`,
      ...describe(each),
      `%description -n ${each.name}`,
      'Made up.',
      `%files -n ${each.name}`,
      ...filesOf(each),
    ]),
    ...(own ? ['%files', ...filesOf(own)] : []),
    '%install',
    `cp -a ${content}/. %{buildroot}/`,
    '',
  ].join('\n');
}

function describe(spec: RpmSpec | undefined): readonly string[] {
  return ['Summary: Made up', ...(spec?.epoch === undefined ? [] : [`Epoch: ${spec.epoch}`])];
}

const filesOf = ({ files = {} }: RpmSpec) => Object.keys(files).map((path) => JSON.stringify(path));
