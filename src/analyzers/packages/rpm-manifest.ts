import type { Finding } from '../../model/layer-report.ts';
import type { Package } from '../../model/package.ts';
import type { Analyzer } from '../analyzer.ts';
import { isPackageText } from '../package-text.ts';
import { sourceOf } from '../rpm-db/source-of.ts';
import { linesOf } from '../stanzas.ts';

const COLUMNS = 10;
const WHOLE_NUMBER = /^[0-9]{1,10}$/;

/**
 * The packages of a distroless image of Azure Linux (CBL-Mariner), which has no database, a line each with tabs between:
 * name, version-release, two times, vendor, epoch or `(none)`, size, architecture, epoch number, source package.
 * https://github.com/microsoft/azurelinux/blob/3.0/toolkit/tools/imagegen/installutils/installutils.go
 */
export const rpmManifest: Analyzer = {
  name: 'rpm-manifest',
  version: 1,
  maxBytes: 16 * 1024 ** 2,
  wants: (path) => path === 'var/lib/rpmmanifest/container-manifest-2',
  analyze(file, problem) {
    const findings: Finding[] = [];
    let number = 0;
    for (const line of linesOf(file.text())) {
      number++;
      if (line === '') continue;
      const found = readLine(line);
      if (found === undefined) problem(`line ${number} is not about a package`);
      else if (found.name !== 'gpg-pubkey') findings.push({ kind: 'package', package: found });
    }
    return findings;
  },
};

function readLine(line: string): Package | undefined {
  const columns = line.split('\t', COLUMNS + 1);
  const [name, version, , , , epochText = '', , architecture, epochNumber = '', sourceRpm] = columns;
  const epochs = [epochNumber, epochText].filter((text) => WHOLE_NUMBER.test(text));
  const epoch = Number(epochs[0] ?? 0);
  const full = `${epoch === 0 ? '' : `${epoch}:`}${version}`;
  if (columns.length < 2 || !isPackageText(name) || !version || !isPackageText(full)) return undefined;
  const source = sourceOf(sourceRpm, epoch);
  return {
    ecosystem: 'rpm',
    name,
    version: full,
    ...(isPackageText(architecture) ? { architecture } : {}),
    ...(source ? { source } : {}),
  };
}
