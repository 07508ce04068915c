import type { Finding } from '../model/layer-report.ts';
import { isPackageText } from './package-text.ts';
import { parseStanzas } from './stanzas.ts';

const wantedFields = new Set(['name', 'version']);

/**
 * The distribution that a METADATA or PKG-INFO is about, by its headers:
 * https://packaging.python.org/specifications/core-metadata/
 */
export function readCoreMetadata(text: string, problem: (message: string) => void): readonly Finding[] {
  // The first paragraph holds the headers; a description may follow.
  const { value: headers } = parseStanzas(text, wantedFields).next();
  const name = headers?.fields.get('name');
  const version = headers?.fields.get('version');
  if (!isPackageText(name)) problem('no valid Name header');
  else if (!isPackageText(version)) problem(`no valid Version header for ${name}`);
  else return [{ kind: 'package', package: { ecosystem: 'pypi', name, version } }];
  return [];
}
