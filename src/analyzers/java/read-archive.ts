import type { Finding } from '../../model/layer-report.ts';
import type { AnalyzerFile } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { readZip, type ZipEntry } from '../zip/read-zip.ts';
import { type ArchiveIdentity, identifyArchive } from './identify-archive.ts';
import { isArchiveName } from './is-archive-name.ts';
import { parseManifest } from './parse-manifest.ts';
import { parseProperties } from './parse-properties.ts';

const POM_PROPERTIES = /(?:^|\/)META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/;
/** A module (JEP 261) has the content of its archive below `classes`. */
const MANIFESTS = ['META-INF/MANIFEST.MF', 'classes/META-INF/MANIFEST.MF'];
const MAX_TEXT_BYTES = 256 * 1024;
const MAX_NAME = 300;
const CONTROL = /\p{Cc}/gu;

/** What one file may cost, whatever is packed in it. */
interface Budget {
  entries: number;
  unpackedBytes: number;
  problems: number;
}

export const archiveBudget: Readonly<Budget> = { entries: 1_000_000, unpackedBytes: 256 * 1024 ** 2, problems: 20 };

/** Java packages in an archive and in the archives in it. Tells `problem` what could not be read and where. */
export function readArchive(
  { bytes, path, maxNesting }: Pick<AnalyzerFile, 'bytes' | 'path' | 'maxNesting'>,
  problem: (message: string) => void,
): readonly Finding[] {
  const left = { ...archiveBudget };
  const tell = (message: string) => {
    if (left.problems-- > 0) problem(left.problems > 0 ? message : 'there are more problems in it than are told');
  };
  return readInside({ bytes, path, inside: [], maxNesting, left, problem: tell });
}

interface Archive {
  readonly bytes: Uint8Array;
  /** In the image, or in the archive around it. */
  readonly path: string;
  /** Names of the archives that lead to it, from the file inwards; none for the file itself. */
  readonly inside: readonly string[];
  readonly maxNesting: number;
  readonly left: Budget;
  readonly problem: (message: string) => void;
}

function readInside(archive: Archive): readonly Finding[] {
  const entries = readZip(archive.bytes);
  const at = archive.inside.length === 0 ? '' : `${archive.inside.join('!/')}: `;
  if (typeof entries === 'string') {
    archive.problem(`${at}${entries}`);
    return [];
  }
  const found = new FoundPackages({ ecosystem: 'maven' });
  const artifacts: string[] = [];
  const nested: ZipEntry[] = [];
  let manifest: ReadonlyMap<string, string> = new Map();
  for (const entry of entries) {
    if (archive.left.entries-- <= 0) {
      if (archive.left.entries === -1) archive.problem(`${at}there are more than ${archiveBudget.entries} files in it`);
      break;
    }
    if (isArchiveName(entry.name)) nested.push(entry);
    const isManifest = MANIFESTS.includes(entry.name);
    const text = isManifest || POM_PROPERTIES.test(entry.name) ? textOf(entry, archive, at) : undefined;
    if (text === undefined) continue;
    if (isManifest) manifest = parseManifest(text);
    else artifacts.push(addPom(parseProperties(text), found));
  }
  const isProgram = nested.length > 0 || manifest.has('start-class');
  addOwn(archive, at, identifyArchive(archive.path, manifest), artifacts, isProgram, found);
  const inner = nested.flatMap((entry) => readNested(entry, archive, at));
  const own = found.build((message) => archive.problem(at + message));
  return [...own.map((finding) => located(finding, archive.inside)), ...inner];
}

/** Returns the name of the artifact. */
function addPom(pom: ReadonlyMap<string, string>, found: FoundPackages): string {
  const [group, artifact = ''] = [pom.get('groupId'), pom.get('artifactId')];
  found.add(group && artifact ? `${group}:${artifact}` : undefined, pom.get('version'), `${group}:${artifact}`);
  return artifact;
}

/** An archive whose own pom.properties are there needs no other name; one that has only those of others may have one. */
function addOwn(
  { path, problem }: Archive,
  at: string,
  identity: ArchiveIdentity | undefined,
  artifacts: readonly string[],
  isProgram: boolean,
  found: FoundPackages,
): void {
  const fileName = path.slice(path.lastIndexOf('/') + 1);
  if (!identity || artifacts.some((artifact) => artifact !== '' && fileName.startsWith(artifact))) return;
  const { group, artifact, version } = identity;
  if (group !== undefined) {
    found.add(`${group}:${artifact}`, version);
    return;
  }
  // Somebody's own program, or one that is known by what it is made of.
  if (isProgram || artifacts.length > 0) return;
  found.add(artifact, version);
  problem(`${at}${artifact} ${version} does not tell its Maven group, so what is known about it was not looked up`);
}

function readNested(entry: ZipEntry, { inside, maxNesting, left, problem }: Archive, at: string): readonly Finding[] {
  const name = entry.name.slice(0, MAX_NAME).replace(CONTROL, '\ufffd');
  if (inside.length + 1 >= maxNesting) {
    problem(`${at}${name} lies deeper than ${maxNesting} archives and was not read (PLIMSOLL_MAX_NESTING)`);
    return [];
  }
  if (entry.size > left.unpackedBytes) {
    problem(`${at}${name} was not read: the archives in it have more than ${archiveBudget.unpackedBytes} bytes`);
    return [];
  }
  left.unpackedBytes -= entry.size;
  const bytes = entry.read(entry.size);
  if (bytes) {
    return readInside({ bytes, path: name, inside: [...inside, name], maxNesting, left, problem });
  }
  problem(`${at}${name} is damaged or encrypted`);
  return [];
}

function textOf(entry: ZipEntry, { left, problem }: Archive, at: string): string | undefined {
  left.unpackedBytes -= Math.min(entry.size, MAX_TEXT_BYTES);
  const bytes = entry.read(Math.min(MAX_TEXT_BYTES, Math.max(0, left.unpackedBytes)));
  if (bytes) return bytes.toString('utf8');
  problem(`${at}${entry.name.slice(0, MAX_NAME).replace(CONTROL, '\ufffd')} is damaged, encrypted or too large`);
  return undefined;
}

function located(finding: Finding, inside: readonly string[]): Finding {
  return finding.kind === 'package' && inside.length > 0 ? { ...finding, inside: inside.join('!/') } : finding;
}
