import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Cause } from '../model/cause.ts';
import { causeTexts } from '../model/cause-texts.ts';
import type { Severity } from '../model/severity.ts';
import { type Platform, parsePlatform } from '../oci/platform.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import { adviceOf } from './command-advice.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { knowsExploited } from './describe-snapshot.ts';
import { brokenRules, type FailRule, failRules, parseFailOn } from './fail-on.ts';
import { countOf } from './output/count-of.ts';
import { outputOption } from './output/print-list.ts';
import { createProgressBar } from './output/progress-bar.ts';
import { paintSeverityCell, severityLine } from './output/severity-cells.ts';
import { printable, renderTable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { formatAge, formatBytes } from './output/units.ts';
import { wrap } from './output/wrap.ts';
import { readRegistryPassword } from './registry-options.ts';
import { type VulnerabilityLine, vulnerabilityColumns } from './vulnerability-columns.ts';

const formats = ['table', 'wide', 'json', 'ndjson'] as const;
const SUBJECTS_SHOWN = 5;
const UNCUT = Number.POSITIVE_INFINITY;
type ScanFormat = (typeof formats)[number];

interface ScanOptions {
  readonly output: ScanFormat;
  readonly platform?: Platform;
  readonly username?: string;
  readonly passwordStdin?: true;
  readonly insecure?: true;
  readonly failOn?: readonly FailRule[];
}

export function defineScan(parent: Command, context: CommandContext): void {
  parent
    .command('scan')
    .description('scan one image without a server')
    .argument('<image>', 'registry reference, docker-archive tar, or OCI layout (folder or tar)')
    .addOption(outputOption(formats))
    .option('--platform <os/arch>', 'which image of a multi-platform index (default: linux/amd64)', toPlatform)
    .option('-u, --username <name>', 'account of the registry')
    .option('--password-stdin', 'read its password from standard input (or set PLIMSOLL_REGISTRY_PASSWORD)')
    .option('--insecure', 'accept any TLS certificate')
    .addOption(new Option('--fail-on <rules>', `exit 3 when found: ${failRules.join(', ')}`).argParser(parseFailOn))
    .addHelpText(
      'after',
      `
Exit codes:
  0  scanned; without --fail-on, whatever was found
  1  error
  2  usage
  3  --fail-on found something
  4  the registry refused the sign-in
  5  incomplete: not everything is known; an empty list does not mean safe

A registry is asked over TLS, except on this machine; http:// before the reference asks it without.

Examples:
  plimsoll scan registry.example.com/team/app:1.2
  plimsoll scan ./image.tar --fail-on critical,kev,unknown
  plimsoll scan docker.io/library/debian:12 --platform linux/arm64 -o json`,
    )
    .action((reference: string, options: ScanOptions) => scan(context, reference, options));
}

async function scan(context: CommandContext, reference: string, options: ScanOptions): Promise<void> {
  const password = await readRegistryPassword(context, options);
  const { scanLocally } = await import('./scan-locally.ts'); // loaded here: the server commands do not need it
  const bar = createProgressBar(context.terminal, 'scan');
  const report = await scanLocally(
    reference,
    {
      config: context.config(),
      ...(options.platform ? { platform: options.platform } : {}),
      ...(options.insecure ? { insecure: true } : {}),
      ...(options.username ? { username: options.username } : {}),
      ...(password ? { password } : {}),
      onProgress: (at) => {
        const detail = `${at.layersDone} of ${at.layersTotal} layers, ${formatBytes(at.bytesDone)} of ${formatBytes(at.bytesTotal)}`;
        bar.update(at.bytesDone, at.bytesTotal, detail);
      },
    },
    context.signal,
  ).finally(() => bar.stop());

  context.terminal.out(renderReport(report, options.output, context));
  judge(report, options, context);
}

/** A broken policy outranks what is unknown: it is certain. */
function judge(report: ScanReport, options: ScanOptions, { terminal }: CommandContext): void {
  const broken = brokenRules(report, options.failOn ?? []);
  if (broken.length > 0) {
    throw new CommandFailure(`${report.reference} breaks the policy.\n  ${broken.join('\n  ')}`, {
      exitCode: exitCodes.policy,
    });
  }
  if (options.failOn?.includes('kev') && report.snapshot && !knowsExploited(report.snapshot)) {
    throw new CommandFailure(
      'Nobody can say what is exploited: there is no catalogue of it, so kev cannot be judged.',
      {
        exitCode: exitCodes.incomplete,
        fix: 'plimsoll advisories update, or plimsoll advisories import <folder> --kev <file>',
      },
    );
  }
  if (report.coverage === 'known') return;
  const message =
    report.coverage === 'unknown'
      ? `The vulnerabilities of ${report.reference} are unknown: an empty list does not mean that it is safe.`
      : `The vulnerabilities of ${report.reference} are a lower bound: not everything could be read or decided.`;
  const gaps = describeGaps(report).map((line) => wrap(`  ${line}`, terminal.width ?? UNCUT, '    '));
  throw new CommandFailure([message, ...gaps].join('\n'), { exitCode: exitCodes.incomplete });
}

/** Each cause once, with what it concerns and what to do. */
function describeGaps(report: ScanReport): readonly string[] {
  const subjects = new Map<Cause, string[]>();
  const concerns = [
    ...report.gaps.map(({ cause, subject }) => ({ cause, subject })),
    ...report.inventory.problems.map(({ cause, path, message }) => ({ cause, subject: `${path}: ${message}` })),
  ];
  for (const { cause, subject } of concerns) subjects.set(cause, [...(subjects.get(cause) ?? []), subject]);
  return [...subjects].map(([cause, list]) => {
    const more = list.length > SUBJECTS_SHOWN ? ` and ${list.length - SUBJECTS_SHOWN} more` : '';
    const concerned = `${list.slice(0, SUBJECTS_SHOWN).join(', ')}${more}`;
    return printable(`${causeTexts[cause].reason.en} (${concerned}). ${adviceOf(cause)}`);
  });
}

function renderReport(report: ScanReport, format: ScanFormat, context: CommandContext): string {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  if (format === 'ndjson') return report.vulnerabilities.map((found) => `${JSON.stringify(found)}\n`).join('');
  const lines = report.vulnerabilities.flatMap((found) =>
    found.affected.map(
      ({ package: pkg, fixedVersion }): VulnerabilityLine => ({
        id: found.id,
        severity: found.severity,
        packageName: pkg.name,
        installed: pkg.version,
        fixed: fixedVersion ?? '',
        score: found.cvss ? String(found.cvss.score) : '',
        exploited: found.exploited,
        title: found.title,
        path: pkg.path,
      }),
    ),
  );
  const columns = vulnerabilityColumns.filter((column) => format === 'wide' || !column.wide);
  const width = format === 'wide' ? undefined : context.terminal.width;
  const table = lines.length > 0 ? `\n${renderTable(columns, lines, { width, colors: context.terminal.colors })}` : '';
  return `${renderHeading(report, context.terminal, context.now())}${table}`;
}

function renderHeading(report: ScanReport, terminal: Terminal, now: Date): string {
  const size = report.layers.reduce((sum, layer) => sum + layer.size, 0);
  const { snapshot } = report;
  const facts: readonly (readonly [string, string])[] = [
    ['Image', `${report.reference} (${report.platform})`],
    ['Digest', report.digest ?? '-'],
    ['System', report.inventory.os?.name ?? 'none found'],
    [
      'Content',
      `${countOf(report.inventory.packages.length, 'package')} in ${countOf(report.layers.length, 'layer')}, ${formatBytes(size)}`,
    ],
    [
      'Advisories',
      snapshot ? `${snapshot.advisories}, checked ${formatAge(new Date(snapshot.checkedAt), now)}` : 'none yet',
    ],
    ['Vulnerable', totals(report, terminal)],
  ];
  return facts
    .map(([name, value]) => `${name.padEnd(10)}  ${name === 'Vulnerable' ? value : printable(value)}\n`)
    .join('');
}

/** `1C 2H 0M 0L`; `-` where nothing is known. */
function totals(report: ScanReport, terminal: Terminal): string {
  if (report.coverage === 'unknown' && report.vulnerabilities.length === 0) return '- (unknown, which is not zero)';
  const of = (...wanted: readonly Severity[]) =>
    report.vulnerabilities.filter((found) => wanted.includes(found.severity)).length;
  // Unrated ones count as low, as in the API: a count must not lose any.
  const counts = { critical: of('critical'), high: of('high'), medium: of('medium'), low: of('low', 'unknown') };
  return paintSeverityCell(severityLine(counts, report.coverage !== 'known'), terminal.colors);
}

function toPlatform(text: string): Platform {
  const platform = parsePlatform(text);
  if (!platform) throw new InvalidArgumentError('Write os/architecture, such as linux/arm64.');
  return platform;
}
