import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder with one plug-in per file; its index.ts is written by `npm run generate`. */
export interface PluginFolder {
  readonly folder: string;
  /** What the index exports. */
  readonly constant: string;
  /** Type of each member, and where the index imports it from. */
  readonly type: string;
  readonly from: string;
  /** Files of it that are no plug-ins. */
  readonly except?: readonly string[];
}

/** A new kind of plug-in is one more line here. */
export const pluginFolders: readonly PluginFolder[] = [
  { folder: 'src/advisories/sources', constant: 'sources', type: 'AdvisorySource', from: '../advisory-source.ts' },
  { folder: 'src/analyzers/packages', constant: 'analyzers', type: 'Analyzer', from: '../analyzer.ts' },
  {
    folder: 'src/analyzers/settings/config-checks',
    constant: 'configChecks',
    type: 'ConfigCheck',
    from: '../config-check.ts',
  },
  {
    folder: 'src/analyzers/settings/file-checks',
    constant: 'fileChecks',
    type: 'FileCheck',
    from: '../file-check.ts',
  },
  {
    folder: 'src/analyzers/secrets/rules',
    constant: 'secretFamilies',
    type: 'SecretFamily',
    from: '../secret-rule.ts',
  },
  { folder: 'src/api/actions', constant: 'actions', type: 'ApiAction', from: '../api-action.ts' },
  {
    folder: 'src/api/export-tables',
    constant: 'exportTables',
    type: 'ExportTable',
    from: '../../exports/export-table.ts',
  },
  {
    folder: 'src/ecosystems',
    constant: 'ecosystems',
    type: 'Ecosystem',
    from: './ecosystem.ts',
    except: ['purl.ts'],
  },
  { folder: 'src/events/senders', constant: 'eventSenders', type: 'EventSender', from: '../event-sender.ts' },
  { folder: 'src/exports/formats', constant: 'exportFormats', type: 'ExportFormat', from: '../export-format.ts' },
  { folder: 'src/registries/types', constant: 'registryTypes', type: 'RegistryType', from: '../registry-client.ts' },
  { folder: 'src/reports/formats', constant: 'reportFormats', type: 'ReportFormat', from: '../report-format.ts' },
  { folder: 'src/versions', constant: 'versionSchemes', type: 'VersionScheme', from: './version-scheme.ts' },
];

export interface PluginFile {
  readonly file: string;
  readonly exported: string;
}

const VALUE_EXPORT = /^export (?:async )?(const|function|class|let|var) (\w+)/gm;

/** The plug-ins of a folder in file order; throws when a file does not export exactly one constant. */
export function listPlugins(root: string, kind: PluginFolder): readonly PluginFile[] {
  return pluginFileNames(root, kind).map((file) => {
    const exports = [...readFileSync(join(root, kind.folder, file), 'utf8').matchAll(VALUE_EXPORT)];
    const [first] = exports;
    if (exports.length !== 1 || first?.[1] !== 'const' || first[2] === undefined) {
      const found = exports.map((match) => `${match[1]} ${match[2]}`).join(', ') || 'nothing';
      throw new Error(
        `${kind.folder}/${file} must export exactly one constant, a ${kind.type}, but exports ${found}. ` +
          'Keep the rest private, or move it to a file beside the folder.',
      );
    }
    return { file, exported: first[2] };
  });
}

/** Files that hold a plug-in, sorted; the type's own file, tests and the index do not. Empty when there is no folder. */
export function pluginFileNames(root: string, kind: PluginFolder): readonly string[] {
  return filesIn(join(root, kind.folder))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'index.ts')
    .filter((name) => kind.from !== `./${name}` && !kind.except?.includes(name))
    .sort((a, b) => (stem(a) < stem(b) ? -1 : 1));
}

/** Without its extension, as the formatter compares: `apk` comes before `apk-repositories`. */
export const stem = (file: string): string => file.replace(/\.ts$/, '');

function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}
