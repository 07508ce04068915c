import { type Command, InvalidArgumentError, Option } from 'commander';
import picocolors from 'picocolors';
import type { Cause } from '../model/cause.ts';
import { causeTexts } from '../model/cause-texts.ts';
import { type Platform, parsePlatform } from '../oci/platform.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import { adviceOf } from './command-advice.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { knowsExploited } from './describe-snapshot.ts';
import { brokenRules, type FailRule, failRules, lacksEpss, parseFailOn } from './fail-on.ts';
import { DEFAULT_IGNORE_FILE, type LeaveOutOptions, leaveOut, readLeftOut } from './leave-out.ts';
import { outputOption } from './output/print-list.ts';
import { createProgressBar } from './output/progress-bar.ts';
import { printable } from './output/table.ts';
import { formatBytes } from './output/units.ts';
import { wrap } from './output/wrap.ts';
import { packageVersion } from './package-version.ts';
import { readRegistryPassword } from './registry-options.ts';
import { renderScan } from './render-scan.ts';
import { writeReportFile } from './write-report-file.ts';

/** Those of `src/reports/formats/` by name, so that other commands need not load them; a test keeps them equal. */
export const scanFormats = ['table', 'wide', 'json', 'ndjson', 'csv', 'sarif', 'cyclonedx', 'spdx', 'name'] as const;
const SUBJECTS_SHOWN = 5;
const UNCUT = Number.POSITIVE_INFINITY;
/** A file is no terminal: nothing is cut or coloured. */
const plain = { width: undefined, colors: picocolors.createColors(false) };
type ScanFormat = (typeof scanFormats)[number];

interface ScanOptions extends LeaveOutOptions {
  readonly output: ScanFormat;
  readonly platform?: Platform;
  readonly username?: string;
  readonly passwordStdin?: true;
  readonly insecure?: true;
  readonly failOn?: readonly FailRule[];
  readonly outputFile?: string;
  readonly showSuppressed?: true;
  readonly asOf?: string;
}

export function defineScan(parent: Command, context: CommandContext): void {
  parent
    .command('scan')
    .description('scan one image without a server')
    .argument('<image>', 'registry reference, docker-archive tar, or OCI layout (folder or tar)')
    .addOption(outputOption(scanFormats))
    .option('--output-file <file>', 'write the report there instead of printing it')
    .option('--platform <os/arch>', 'which image of a multi-platform index (default: linux/amd64)', toPlatform)
    .option('-u, --username <name>', 'account of the registry')
    .option('--password-stdin', 'read its password from standard input (or set PLIMSOLL_REGISTRY_PASSWORD)')
    .option('--insecure', 'accept any TLS certificate')
    .addOption(new Option('--fail-on <rules>', `exit 3 when found: ${failRules.join(', ')}`).argParser(parseFailOn))
    .option('--ignore-file <file>', `leave out what it lists (default: ${DEFAULT_IGNORE_FILE}, when it is there)`)
    .option('--no-ignore-file', 'leave out nothing that a file lists')
    .addOption(
      new Option('--vex <file>', 'leave out what a VEX document (OpenVEX, CycloneDX) speaks for; repeatable').argParser(
        (path: string, before: readonly string[] = []) => [...before, path],
      ),
    )
    .option('--ignore-unfixed', 'leave out what no version mends yet')
    .option('--show-suppressed', 'also list what is left out, and why')
    .option('--as-of <snapshot>', 'by advisories that are kept: their id, or a date (plimsoll advisories status)')
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
What is left out does not count for --fail-on, and no report loses it. A line of an ignore file:
  CVE-2024-1234 package=libssl3 path=opt/app/** until=2026-12-31 # why
package is a name or a purl, path a glob; all but the id may be missing, and * with one of them is every id.

Examples:
  plimsoll scan registry.example.com/team/app:1.2
  plimsoll scan ./image.tar --fail-on critical,kev,unknown
  plimsoll scan docker.io/library/debian:12 --platform linux/arm64 -o json
  plimsoll scan ./image.tar -o sarif --output-file plimsoll.sarif
  plimsoll scan ./image.tar -o cyclonedx > bom.json`,
    )
    .action((reference: string, options: ScanOptions) => scan(context, reference, options));
}

async function scan(context: CommandContext, reference: string, options: ScanOptions): Promise<void> {
  const leftOut = await readLeftOut(options, context.terminal, context.now());
  const password = await readRegistryPassword(context, options);
  const { scanLocally } = await import('./scan-locally.ts'); // loaded here: the server commands do not need it
  const bar = createProgressBar(context.terminal, 'scan');
  const scanned = await scanLocally(
    reference,
    {
      config: context.config(),
      ...(options.platform ? { platform: options.platform } : {}),
      ...(options.insecure ? { insecure: true } : {}),
      ...(options.username ? { username: options.username } : {}),
      ...(password ? { password } : {}),
      ...(options.asOf === undefined ? {} : { asOf: options.asOf }),
      onProgress: (at) => {
        const detail = `${at.layersDone} of ${at.layersTotal} layers, ${formatBytes(at.bytesDone)} of ${formatBytes(at.bytesTotal)}`;
        bar.update(at.bytesDone, at.bytesTotal, detail);
      },
    },
    context.signal,
  ).finally(() => bar.stop());

  const report = leaveOut(scanned, leftOut, context.now());
  await print(report, options, context);
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
  if (lacksEpss(report, options.failOn ?? [])) {
    throw new CommandFailure(
      'Nobody can say how likely exploitation is: there are no EPSS scores, so epss cannot be judged.',
      {
        exitCode: exitCodes.incomplete,
        fix: 'Set PLIMSOLL_EPSS_URL, then plimsoll advisories update.',
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

/** To the terminal, or whole into a file. */
async function print(report: ScanReport, options: ScanOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const text = await renderReport(report, options, context);
  if (options.outputFile === undefined) return terminal.out(text);
  await writeReportFile(options.outputFile, text);
  terminal.note(`The report is in ${options.outputFile}.\n`);
}

async function renderReport(report: ScanReport, options: ScanOptions, context: CommandContext): Promise<string> {
  const showSuppressed = options.showSuppressed === true;
  const now = context.now();
  if (options.output === 'table' || options.output === 'wide') {
    const terminal = options.outputFile === undefined ? context.terminal : plain;
    return renderScan(report, terminal, { wide: options.output === 'wide', showSuppressed, now });
  }
  const { reportFormats } = await import('../reports/formats/index.ts');
  const format = reportFormats.find(({ name }) => name === options.output);
  if (!format) throw new Error(`no format ${options.output}`); // commander has let none other through
  return format.render(report, { version: packageVersion(), createdAt: now, showSuppressed });
}

function toPlatform(text: string): Platform {
  const platform = parsePlatform(text);
  if (!platform) throw new InvalidArgumentError('Write os/architecture, such as linux/arm64.');
  return platform;
}
