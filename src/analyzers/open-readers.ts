import type { FileStat } from '../layers/layer-entry.ts';
import type { ContentReader } from './content-reader.ts';
import type { MalwareSession } from './malware/connect-malware.ts';
import type { ReportBuilder } from './report-builder.ts';
import type { SecretFinder } from './secrets/create-secret-finder.ts';
import { analyzeSettings, wantsContent } from './settings/inspect-entry.ts';

/** Who looks at the content of all files, beside the analyzers that want some. */
export interface ContentWatch {
  readonly secrets?: SecretFinder;
  readonly settings?: boolean;
  readonly malware?: MalwareSession;
}

/** Files with settings, such as sshd_config, are small. */
const MAX_SETTINGS_BYTES = 1024 ** 2;

/** The readers of one file; what they find is in the report, or with the malware engines. */
export function openReaders(
  stat: FileStat,
  { secrets, settings, malware }: ContentWatch,
  report: ReportBuilder,
): readonly ContentReader[] {
  if (stat.size === 0) return [];
  const readers: ContentReader[] = [];
  const secretReader = secrets?.open(stat.path, stat.size);
  if (secretReader)
    readers.push({
      write: (chunk) => secretReader.write(chunk),
      end: () => report.secrets(stat.path, secretReader.end()),
    });
  if (settings && wantsContent(stat.path)) readers.push(settingsReader(stat, report));
  const malwareReader = malware?.open(stat);
  if (malwareReader) readers.push(malwareReader);
  return readers;
}

function settingsReader({ path, size }: FileStat, report: ReportBuilder): ContentReader {
  const parts: Uint8Array[] = [];
  const fits = size <= MAX_SETTINGS_BYTES;
  return {
    write: (chunk) => {
      if (fits) parts.push(Uint8Array.from(chunk));
    },
    end: () => {
      if (fits) return report.settings(path, analyzeSettings(path, Buffer.concat(parts).toString('utf8')));
      const message = `the file has ${size} bytes; at most ${MAX_SETTINGS_BYTES} are read`;
      report.problem(path, 'settings', 'limit-exceeded', message);
    },
  };
}
