import type { Finding } from '../../model/layer-report.ts';
import type { Package } from '../../model/package.ts';
import type { Analyzer } from '../analyzer.ts';
import { isPackageText } from '../package-text.ts';
import { linesOf, parseStanzas, type Stanza } from '../stanzas.ts';

// Since 3.22 /lib may be a link to /usr/lib.
const databases = new Set(['lib/apk/db/installed', 'usr/lib/apk/db/installed']);
/** Told apart by case: `p` is what the package provides, `a` the mode of a file. */
const wantedFields = new Set(['P', 'V', 'A', 'o']);
const asWritten = (name: string) => name;

/** Alpine packages: https://wiki.alpinelinux.org/wiki/Apk_spec */
export const apk: Analyzer = {
  name: 'apk',
  version: 3,
  maxBytes: 64 * 1024 ** 2,
  wants: (path) => databases.has(path),
  analyze(file, problem) {
    const findings: Finding[] = [];
    for (const stanza of parseStanzas(file.text(), wantedFields, asWritten)) {
      const found = readPackage(stanza);
      if (typeof found === 'string') problem(`the entry at line ${stanza.line} ${found}`);
      else findings.push({ kind: 'package', package: found });
    }
    findings.push(...ownedFiles(file.text()));
    return findings;
  },
};

/** `P:` begins a package, `F:` a folder of it, and `R:` is a file in that. */
function ownedFiles(text: string): readonly Finding[] {
  const owned = new Map<string, string[]>();
  let paths: string[] = [];
  let folder = '';
  for (const line of linesOf(text)) {
    const value = line.slice(2);
    if (line === '') [paths, folder] = [[], ''];
    else if (line.startsWith('P:') && isPackageText(value)) {
      paths = owned.get(value) ?? [];
      owned.set(value, paths);
    } else if (line.startsWith('F:')) folder = value;
    else if (line.startsWith('R:')) paths.push(folder === '' ? value : `${folder}/${value}`);
  }
  return [...owned].flatMap(([name, paths]) =>
    paths.length === 0 ? [] : [{ kind: 'ownership', owner: { ecosystem: 'apk', name }, paths }],
  );
}

function readPackage({ fields, malformed }: Stanza): Package | string {
  const [name, version, architecture, origin] = [fields.get('P'), fields.get('V'), fields.get('A'), fields.get('o')];
  const named = isPackageText(name) ? `(${name}) ` : '';
  if (malformed !== undefined) return `${named}has a line that is no field: ${JSON.stringify(malformed)}`;
  if (!isPackageText(name)) return 'has no valid P field (name)';
  if (!isPackageText(version)) return `${named}has no valid V field (version)`;
  return {
    ecosystem: 'apk',
    name,
    version,
    ...(isPackageText(architecture) ? { architecture } : {}),
    // Advisories are filed under the origin, which is the package itself where none is named.
    source: { name: isPackageText(origin) ? origin : name, version },
  };
}
