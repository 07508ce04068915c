import type { Finding } from '../../model/layer-report.ts';
import type { Package } from '../../model/package.ts';
import type { Analyzer } from '../analyzer.ts';
import { isPackageText } from '../package-text.ts';
import { parseStanzas, type Stanza } from '../stanzas.ts';

const STATUS = 'var/lib/dpkg/status';
/** Distroless images have a file per package, without a Status line, and its md5sums beside it. */
const STATUS_FOLDER = 'var/lib/dpkg/status.d/';
const wantedFields = new Set(['package', 'status', 'version', 'architecture', 'source']);
const SOURCE = /^(\S+)(?: +\(([^()\s]+)\))?$/;
// Third word of Status, dpkg(1): in all other states files of the package are, or may be, on the disk.
const absentStates = new Set(['not-installed', 'config-files']);
const presentStates = new Set([
  'installed',
  'half-installed',
  'unpacked',
  'half-configured',
  'triggers-awaited',
  'triggers-pending',
]);

/** Debian and Ubuntu packages: https://man7.org/linux/man-pages/man1/dpkg.1.html */
export const dpkg: Analyzer = {
  name: 'dpkg',
  version: 1,
  maxBytes: 64 * 1024 ** 2,
  wants: (path) =>
    path === STATUS || (path.startsWith(STATUS_FOLDER) && isStatusFile(path.slice(STATUS_FOLDER.length))),
  analyze(file, problem) {
    const findings: Finding[] = [];
    for (const stanza of parseStanzas(file.text(), wantedFields)) {
      const found = readPackage(stanza);
      if (typeof found === 'string') problem(`the entry at line ${stanza.line} ${found}`);
      else if (found) findings.push({ kind: 'package', package: found });
    }
    return findings;
  },
};

function isStatusFile(name: string): boolean {
  return name !== '' && !name.includes('/') && !name.endsWith('.md5sums');
}

/** The package, undefined when it is not installed, or what is wrong with its entry. */
function readPackage({ fields, malformed }: Stanza): Package | undefined | string {
  const name = fields.get('package');
  const named = isPackageText(name) ? `(${name}) ` : '';
  if (malformed !== undefined) return `${named}has a line that is no field: ${JSON.stringify(malformed)}`;
  if (!isPackageText(name)) return 'has no valid Package field';
  const status = fields.get('status');
  if (status !== undefined) {
    const state = status.split(' ').at(-1) ?? '';
    if (absentStates.has(state)) return undefined;
    if (!presentStates.has(state)) return `${named}has the unknown status ${JSON.stringify(status.slice(0, 60))}`;
  }
  const version = fields.get('version');
  if (!isPackageText(version)) return `${named}has no valid Version field`;
  const architecture = fields.get('architecture');
  const source = readSource(fields.get('source'), name, version);
  if (source === undefined) return `${named}has an unreadable Source field`;
  return { ecosystem: 'deb', name, version, ...(isPackageText(architecture) ? { architecture } : {}), source };
}

/** `name (version)`; without a version the binary's own, without the field the package itself. */
function readSource(text: string | undefined, name: string, version: string): Package['source'] | undefined {
  if (text === undefined) return { name, version };
  const match = SOURCE.exec(text);
  const sourceName = match?.[1];
  const sourceVersion = match?.[2] ?? version;
  return isPackageText(sourceName) && isPackageText(sourceVersion)
    ? { name: sourceName, version: sourceVersion }
    : undefined;
}
