import type { Check } from '../../src/analyzers/settings/check.ts';
import { configChecks } from '../../src/analyzers/settings/config-checks/index.ts';
import { fileChecks } from '../../src/analyzers/settings/file-checks/index.ts';
import { levelDigits } from '../../src/api/vulnerability-filters.ts';
import { riskBehaviors, riskPlaces } from '../../src/model/risk.ts';
import { severities } from '../../src/model/severity.ts';
import { cell } from './table-cell.ts';

/** What the numbers of ImageRisk mean, and every check of risky settings. */
export function renderRiskCodes(): string {
  const levels = severities
    .toReversed()
    // A check always says how bad it is.
    .filter((severity) => severity !== 'unknown')
    .map((severity) => ({ code: levelDigits[severity], description: severity }));
  return `## Codes
Only Behavior 3 with Type 2 is published by the original, for a password in an environment variable; the other codes are ours, and stay
what they are.

${codeTable('Behavior', Object.values(riskBehaviors))}
${codeTable('Type', Object.values(riskPlaces))}
${codeTable('Level', levels)}
## Checks
Level is that of an ordinary case; what a check finds may weigh more or less, as the [guide](../../guides/risky-settings.md) says. Secrets
(Behavior 3) have rules of their own.

| Id | What is risky | Level | Behavior | Type | Looks at |
|---|---|---|---|---|---|
${checkRows().join('\n')}

`;
}

function codeTable(name: string, codes: readonly { readonly code: number | string; readonly description: string }[]) {
  const rows = codes.map(({ code, description }) => `| ${code} | ${cell(description)} |`);
  return `| ${name} | Meaning |\n|---|---|\n${rows.join('\n')}\n`;
}

function checkRows(): readonly string[] {
  const { environment, instruction, command, file } = riskPlaces;
  const ofConfig = `${environment.code}, ${instruction.code} or ${command.code}`;
  return [
    ...configChecks.map((check) => ({ check, types: ofConfig, where: 'config and history' })),
    ...fileChecks.map((check) => ({ check, types: String(file.code), where: 'files' })),
  ]
    .toSorted((a, b) => (a.check.id < b.check.id ? -1 : 1))
    .map(({ check, types, where }) => checkRow(check, types, where));
}

function checkRow({ id, title, severity, behavior }: Check, types: string, where: string): string {
  return `| ${id} | ${cell(title)} | ${levelDigits[severity]} | ${riskBehaviors[behavior].code} | ${types} | ${where} |`;
}
