import type { Analyzer } from '../analyzer.ts';
import { isPackageText } from '../package-text.ts';
import { parseStanzas } from '../stanzas.ts';

const endings = ['.dist-info/METADATA', '.egg-info/PKG-INFO', '/EGG-INFO/PKG-INFO', '.egg-info'];
const wantedFields = new Set(['name', 'version']);

/**
 * Installed Python distributions, from the headers of their core metadata:
 * https://packaging.python.org/specifications/core-metadata/
 */
export const python: Analyzer = {
  name: 'python',
  version: 1,
  maxBytes: 16 * 1024 ** 2,
  wants: (path) => endings.some((ending) => path.endsWith(ending)),
  analyze(file, problem) {
    // The first paragraph holds the headers; a description may follow.
    const { value: headers } = parseStanzas(file.text(), wantedFields).next();
    const name = headers?.fields.get('name');
    const version = headers?.fields.get('version');
    if (!isPackageText(name)) problem('no valid Name header');
    else if (!isPackageText(version)) problem(`no valid Version header for ${name}`);
    else return [{ kind: 'package', package: { ecosystem: 'pypi', name, version } }];
    return [];
  },
};
