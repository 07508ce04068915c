import type { Finding } from '../../model/layer-report.ts';
import type { Package } from '../../model/package.ts';
import type { Analyzer } from '../analyzer.ts';
import { isPackageText } from '../package-text.ts';
import { parseStanzas, type Stanza } from '../stanzas.ts';

// Since 3.22 /lib may be a link to /usr/lib.
const databases = new Set(['lib/apk/db/installed', 'usr/lib/apk/db/installed']);
/** Told apart by case: `p` is what the package provides, `a` the mode of a file. */
const wantedFields = new Set(['P', 'V', 'A', 'o']);
const asWritten = (name: string) => name;

/** Alpine packages: https://wiki.alpinelinux.org/wiki/Apk_spec */
export const apk: Analyzer = {
  name: 'apk',
  version: 2,
  maxBytes: 64 * 1024 ** 2,
  wants: (path) => databases.has(path),
  analyze(file, problem) {
    const findings: Finding[] = [];
    for (const stanza of parseStanzas(file.text(), wantedFields, asWritten)) {
      const found = readPackage(stanza);
      if (typeof found === 'string') problem(`the entry at line ${stanza.line} ${found}`);
      else findings.push({ kind: 'package', package: found });
    }
    return findings;
  },
};

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
