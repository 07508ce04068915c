import type { Inventory, LocatedFinding, OperatingSystem } from '../model/inventory.ts';
import type { LayerReport } from '../model/layer-report.ts';
import type { LocatedPackage, Package } from '../model/package.ts';
import { WHOLE_LAYER } from '../model/problem-subject.ts';
import { dropInstalledLocks } from './drop-installed-locks.ts';
import { FileOwners } from './file-owners.ts';
import { PathMap } from './path-map.ts';

type LocatedProblem = Inventory['problems'][number];

/** What is known about one path as the layers so far leave it. */
interface SquashedFile {
  readonly findings: readonly LocatedFinding[];
  readonly problems: readonly LocatedProblem[];
}

type SquashedFiles = PathMap<SquashedFile>;

/** What says which system it is, the one that programs look at first first, then what there was before os-release. */
const osReleasePaths = [
  ...['etc/os-release', 'usr/lib/os-release'],
  // Oracle has Red Hat's file beside its own.
  ...['etc/oracle-release', 'etc/centos-release', 'etc/fedora-release', 'etc/redhat-release', 'etc/system-release'],
  ...['usr/lib/fedora-release', 'usr/lib/redhat-release', 'usr/lib/system-release', 'etc/SuSE-release'],
];
// Where /lib is a link to /usr/lib, a layer may name apk's one database by either path.
const APK_FOLDER = 'lib/apk';
const USR = 'usr/';

/**
 * Lays reports over each other, base first, as engines unpack layers: a whiteout or opaque folder concerns lower
 * layers only, whatever its place in its own; a file or link takes the place of what was there and below it.
 * https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
 */
export function squash(reports: readonly LayerReport[]): Inventory {
  const files: SquashedFiles = new PathMap();
  for (const report of reports) layOver(files, report);

  const all = [...files.values()];
  const os = findOs(files);
  const owners = new FileOwners(
    all.map(({ findings }) => findings),
    reports.map(({ digest }) => digest),
  );
  return {
    ...(os ? { os } : {}),
    packages: dropInstalledLocks(
      all.flatMap(({ findings }) => findings.flatMap(toPackage)).map((pkg) => owners.own(pkg)),
    ),
    problems: all.flatMap(({ problems }) => problems).filter((problem) => !owners.speakFor(problem)),
  };
}

function layOver(files: SquashedFiles, report: LayerReport): void {
  const added = [...addedFiles(report)].map(([path, file]): [string, SquashedFile] => {
    const before = files.get(path) ?? files.get(otherName(path) ?? '');
    return [path, before ? inherit(file, before) : file];
  });
  for (const path of report.directories) files.delete(path);
  const replaced = added.flatMap(([path]) => (path === WHOLE_LAYER ? [] : [path]));
  for (const path of [...report.removed, ...replaced].flatMap(namesOf)) {
    files.delete(path);
    files.deleteBelow(path);
  }
  for (const path of report.emptied.flatMap(namesOf)) files.deleteBelow(path);
  for (const [path, file] of added) files.set(path, path === WHOLE_LAYER ? beside(file, files.get(path)) : file);
}

/** What is wrong with whole layers is wrong with each of them. */
const beside = (file: SquashedFile, below: SquashedFile | undefined): SquashedFile => ({
  ...file,
  problems: [...(below?.problems ?? []), ...file.problems],
});

/** Wanted files of one layer, and paths that have nothing but a problem. */
function addedFiles({ files, problems, digest: layer }: LayerReport): ReadonlyMap<string, SquashedFile> {
  const added = new Map<string, SquashedFile>();
  for (const [path, findings] of Object.entries(files)) {
    added.set(path, { findings: findings.map((finding) => ({ finding, path, layer })), problems: [] });
  }
  // What was not looked at for secrets and settings leaves the packages as known as they are.
  const ofPackages = problems.filter(({ analyzer }) => !['content', 'secrets', 'settings'].includes(analyzer));
  const troubled = Map.groupBy(ofPackages, ({ path }) => path);
  for (const [path, here] of troubled) {
    added.set(path, {
      findings: added.get(path)?.findings ?? [],
      problems: here.map((problem) => ({ ...problem, layer })),
    });
  }
  return added;
}

/** The path, and the other name of a folder or file of apk: that /lib became a link takes nothing from /usr/lib. */
function namesOf(path: string): readonly string[] {
  const other = otherName(path);
  return other === undefined ? [path] : [path, other];
}

function otherName(path: string): string | undefined {
  const below = path.startsWith(USR) ? path.slice(USR.length) : path;
  if (below !== APK_FOLDER && !below.startsWith(`${APK_FOLDER}/`)) return undefined;
  return below === path ? USR + path : below;
}

/** A package that the same file already declared below came with that layer, though the file was written anew. */
function inherit(file: SquashedFile, lower: SquashedFile): SquashedFile {
  const origins = new Map(
    lower.findings.flatMap(({ finding, layer }) =>
      finding.kind === 'package' ? [[identity(finding.package), layer]] : [],
    ),
  );
  const findings = file.findings.map((located) => {
    const layer = located.finding.kind === 'package' ? origins.get(identity(located.finding.package)) : undefined;
    return layer === undefined ? located : { ...located, layer };
  });
  return { ...file, findings };
}

function identity({ ecosystem, name, version, architecture = '' }: Package): string {
  return `${ecosystem} ${name} ${version} ${architecture}`;
}

function toPackage({ finding, path, layer }: LocatedFinding): readonly LocatedPackage[] {
  if (finding.kind !== 'package') return [];
  return [{ ...finding.package, path: finding.inside === undefined ? path : `${path}!/${finding.inside}`, layer }];
}

function findOs(files: SquashedFiles): OperatingSystem | undefined {
  for (const path of osReleasePaths) {
    for (const { finding } of files.get(path)?.findings ?? []) {
      if (finding.kind !== 'os') continue;
      const { family, release, name } = finding;
      const repositories = findRepositories(files);
      return { family, release, name, ...(repositories.length === 0 ? {} : { repositories }) };
    }
  }
  return undefined;
}

function findRepositories(files: SquashedFiles): readonly string[] {
  const findings = files.get('etc/apk/repositories')?.findings ?? [];
  return findings.flatMap(({ finding }) => (finding.kind === 'apk-repositories' ? finding.releases : []));
}
