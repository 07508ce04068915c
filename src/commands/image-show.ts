import type { Command } from 'commander';
import { type ImageRow, RiskList, VirusList, VulnerabilityList, type VulnerabilityRow } from './api-answers.ts';
import type { CommandContext } from './command-context.ts';
import { connectApi } from './connect-api.ts';
import { findImage, referenceOf } from './find-image.ts';
import { createdOf, explainUnknowns, isPartial, isUnknown } from './image-columns.ts';
import { isKindUnknown, kindCell, kindStatus, type OtherKind } from './kind-cells.ts';
import { outputOption, printList } from './output/print-list.ts';
import { severityLine } from './output/severity-cells.ts';
import { printable } from './output/table.ts';
import { formatAge, formatBytes } from './output/units.ts';
import { readAllPages } from './read-pages.ts';
import { findingTables } from './render-findings.ts';
import { isSecretRow, riskRowToLine, virusRowToLine } from './to-finding-line.ts';
import { type VulnerabilityLine, vulnerabilityColumns } from './vulnerability-columns.ts';

const formats = ['table', 'wide', 'json'] as const;
const levelWords: Readonly<Record<string, string>> = { '4': 'critical', '3': 'high', '2': 'medium', '1': 'low' };

interface ShowOptions {
  readonly output: (typeof formats)[number];
  readonly asOf?: string;
}

export function defineImageShow(parent: Command, context: CommandContext): void {
  parent
    .command('show')
    .description('show one image, its vulnerabilities, malware and risks, worst first')
    .argument('<image>', 'id, digest, or reference such as team/app:1.2')
    .option('--as-of <snapshot>', 'by advisories that are kept (their id or a date), from the database of this machine')
    .addOption(outputOption(formats))
    .addHelpText(
      'after',
      `
Examples:
  plimsoll image show team/app:1.2
  plimsoll image show 17 -o json
  plimsoll image show team/app:1.2 --as-of 2026-11-20`,
    )
    .action(async (image: string, { output, asOf }: ShowOptions) => {
      if (asOf === undefined) return showImage(context, image, output);
      const { showImageAsOf } = await import('./show-image-as-of.ts'); // loaded here: it needs no server, but a database
      return showImageAsOf(context, image, asOf, output);
    });
}

async function showImage(context: CommandContext, word: string, format: (typeof formats)[number]): Promise<void> {
  const api = await connectApi(context);
  const row = await findImage(api, word);
  const read = (page: object) =>
    api.call('DescribeAssetImageRegistryVulList', { ...page, Id: row.Id }, VulnerabilityList);
  const vulnerabilities = await readAllPages(read);
  const viruses = await readAllPages((page) =>
    api.call('DescribeAssetImageRegistryVirusList', { ...page, Id: row.Id }, VirusList),
  );
  const risks = await readAllPages((page) =>
    api.call('DescribeAssetImageRegistryRiskInfoList', { ...page, Id: row.Id }, RiskList),
  );
  if (format === 'json') {
    const all = { ...row, Vulnerabilities: vulnerabilities, Viruses: viruses, Risks: risks };
    return context.terminal.out(`${JSON.stringify(all, null, 2)}\n`);
  }

  const { TotalCount: ignored } = await read({ Limit: 0, Filters: [{ Name: 'Ignored', Values: ['1'] }] });
  context.terminal.out(describeImage(row, vulnerabilities, ignored, context.now()));
  const lines = vulnerabilities.flatMap(toLines);
  if (lines.length > 0) context.terminal.out('\n');
  printList(context.terminal, format, {
    rows: lines,
    columns: vulnerabilityColumns,
    name: (line) => line.id,
    json: (line) => line,
    empty: isUnknown(row) || isPartial(row) ? '' : 'No known vulnerabilities.',
  });
  const wide = { wide: format === 'wide' };
  const secrets = risks.filter(isSecretRow).map(riskRowToLine);
  const settings = risks.filter((risk) => !isSecretRow(risk)).map(riskRowToLine);
  const tables = [
    ...findingTables('malware', viruses.map(virusRowToLine), context.terminal, wide),
    ...findingTables('secret', secrets, context.terminal, wide),
    ...findingTables('setting', settings, context.terminal, wide),
  ];
  for (const table of tables) if (table !== '') context.terminal.out(`\n${table}`);
  const unknowns = explainUnknowns([row], context.terminal.width);
  if (unknowns) context.terminal.note(`\n${unknowns}\n`);
}

function describeImage(
  row: ImageRow,
  vulnerabilities: readonly VulnerabilityRow[],
  ignored: number,
  now: Date,
): string {
  const fixable = vulnerabilities.filter(({ Tag }) => Tag.includes('CanBeFixed'));
  const counts = severityLine(
    {
      critical: row.CriticalLevelVulCnt,
      high: row.HighLevelVulCnt,
      medium: row.MediumLevelVulCnt,
      low: row.LowLevelVulCnt,
    },
    isPartial(row),
  );
  const facts: readonly (readonly [string, string])[] = [
    ['Image', referenceOf(row)],
    ['Id', String(row.Id)],
    ['Digest', row.ImageDigest],
    ['Image id', row.ImageId],
    ['Registry', row.InstanceName],
    ['System', row.OsName],
    ['Created', createdOf(row) || '-'],
    ['Size', formatBytes(row.ImageSize)],
    ['Scanned', formatAge(row.ScanTime ? new Date(row.ScanTime) : undefined, now)],
    ['Vulnerable', isUnknown(row) ? '- (unknown, which is not zero)' : counts],
    ...(vulnerabilities.length > 0 ? ([['Fixable', `${fixable.length} of ${vulnerabilities.length}`]] as const) : []),
    ['Malware', kindFact(row, 'malware')],
    ['Risks', kindFact(row, 'risk')],
    ...(ignored > 0 ? ([['Ignored', `${ignored} by rules, not counted`]] as const) : []),
  ];
  return facts.map(([name, value]) => `${name.padEnd(10)}  ${printable(value)}\n`).join('');
}

/** `2`, `2+: failed (ConnFailed)`, `- (unknown: not looked for yet)`. */
function kindFact(row: ImageRow, kind: OtherKind): string {
  const cell = kindCell(row, kind);
  const status = kindStatus(row, kind);
  if (isKindUnknown(row, kind)) return `- (unknown: ${status})`;
  return status === 'scanned' ? cell : `${cell} (${status})`;
}

/** One line per affected package. */
function toLines(row: VulnerabilityRow): readonly VulnerabilityLine[] {
  const components = row.Components.length > 0 ? row.Components : [undefined];
  return components.map((component) => ({
    id: row.CVEID || row.POCID,
    severity: levelWords[row.Level] ?? 'unknown',
    packageName: component?.Name || component?.Component || '',
    installed: component?.Version ?? '',
    fixed: component ? component.FixedVersion : row.FixedVersions, // what mends one package is no fix of another
    score: row.CvssScore,
    exploited: row.Tag.includes('DynamicLevelExp'),
    title: row.Name,
    path: component?.Path ?? '',
  }));
}
