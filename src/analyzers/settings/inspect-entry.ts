import type { SettingFinding } from '../../model/setting-finding.ts';
import type { FileCheck, InspectedEntry } from './file-check.ts';
import { fileChecks } from './file-checks/index.ts';
import { showFile } from './show-file.ts';
import { showLine } from './show-line.ts';

type Inspecting = FileCheck & Required<Pick<FileCheck, 'inspect'>>;
type Reading = FileCheck & Required<Pick<FileCheck, 'analyze' | 'paths'>>;

const checks: readonly FileCheck[] = fileChecks;
const inspecting = checks.filter((check): check is Inspecting => check.inspect !== undefined);
const reading = checks.filter((check): check is Reading => check.analyze !== undefined && check.paths !== undefined);
const readPaths = new Set(reading.flatMap(({ paths }) => paths));
const MAX_SHOWN = 200;
/** Of one check in one file. */
const MAX_FLAWS = 100;
const nothing: readonly SettingFinding[] = [];

/** What name, mode and owner of a file or folder show; always the same empty list for an ordinary one. */
export function inspectEntry(entry: InspectedEntry): readonly SettingFinding[] {
  let findings: SettingFinding[] | undefined;
  for (const check of inspecting) {
    const flaw = check.inspect(entry);
    if (!flaw) continue;
    findings ??= [];
    findings.push({ kind: 'setting', check: check.id, shown: showFile(entry), ...flaw });
  }
  return findings ?? nothing;
}

/** Whether `analyzeSettings` wants the text of that file. */
export function wantsContent(path: string): boolean {
  // All of them are settings of the system or of root.
  return path.startsWith('etc/') && (readPaths.has(path) || readPaths.has(path.slice(0, path.lastIndexOf('/') + 1)));
}

/** What the text of such a file shows. */
export function analyzeSettings(path: string, text: string): readonly SettingFinding[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return reading.flatMap((check) => {
    if (!check.paths.includes(path) && !check.paths.includes(folder)) return [];
    return check
      .analyze(text, path)
      .slice(0, MAX_FLAWS)
      .map(
        (flaw): SettingFinding => ({
          kind: 'setting',
          check: check.id,
          ...flaw,
          shown: showLine(flaw.shown, MAX_SHOWN),
        }),
      );
  });
}
