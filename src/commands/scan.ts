import { type Command, InvalidArgumentError, Option } from 'commander';
import picocolors from 'picocolors';
import { type ScanKind, scanKinds } from '../model/scan.ts';
import type { Reference } from '../oci/parse-reference.ts';
import { type Platform, parsePlatform } from '../oci/platform.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { type FailRule, failRules, kindOfRule, parseFailOn } from './fail-on.ts';
import { judgeScan } from './judge-scan.ts';
import { DEFAULT_IGNORE_FILE, type LeaveOutOptions, leaveOut, readLeftOut } from './leave-out.ts';
import { outputOption } from './output/print-list.ts';
import { createProgressBar } from './output/progress-bar.ts';
import { packageVersion } from './package-version.ts';
import { readRegistryPassword } from './registry-options.ts';
import { renderScan } from './render-scan.ts';
import { createScanSpeed, describeProgress } from './scan-progress.ts';
import { startSmall } from './start-small.ts';
import { writeReportFile } from './write-report-file.ts';

/** Those of `src/reports/formats/` by name, so that other commands need not load them; a test keeps them equal. */
export const scanFormats = ['table', 'wide', 'json', 'ndjson', 'csv', 'sarif', 'cyclonedx', 'spdx', 'name'] as const;
/** A file is no terminal: nothing is cut or coloured. */
const plain = { width: undefined, colors: picocolors.createColors(false) };
type ScanFormat = (typeof scanFormats)[number];

interface ScanOptions extends LeaveOutOptions {
  readonly output: ScanFormat;
  readonly platform?: Platform;
  readonly username?: string;
  readonly passwordStdin?: true;
  readonly insecure?: true;
  readonly kinds: readonly ScanKind[];
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
    .addOption(
      new Option('--kinds <kinds>', `what to look for: ${scanKinds.join(', ')} (secrets and risky settings)`)
        .argParser(parseKinds)
        .default(scanKinds, 'all'),
    )
    .option('-u, --username <name>', 'account of the registry (default: that of docker login or podman login)')
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
Without -u the account is what docker login keeps ($DOCKER_CONFIG/config.json or ~/.docker/config.json, with credential helpers), or
podman login ($REGISTRY_AUTH_FILE or $XDG_RUNTIME_DIR/containers/auth.json). -u '' asks without one.
What is left out does not count for --fail-on, and no report loses it. A line of an ignore file:
  CVE-2024-1234 package=libssl3 path=opt/app/** until=2026-12-31 # why
  github-classic-token fingerprint=0123456789abcdef # a sample
package is a name or a purl, path a glob; all but the id may be missing, and * with one of them is every id. The id is that of
a vulnerability, of the rule that found a secret or setting, or a malware's name; kind= says which is meant, and * means
vulnerabilities alone without it.

Examples:
  plimsoll scan registry.example.com/team/app:1.2
  plimsoll scan ./image.tar --fail-on critical,kev,malware,secret,unknown
  plimsoll scan ./image.tar --kinds malware,risk
  plimsoll scan docker.io/library/debian:12 --platform linux/arm64 -o json
  plimsoll scan ./image.tar -o sarif --output-file plimsoll.sarif
  plimsoll scan ./image.tar -o cyclonedx > bom.json`,
    )
    .action((reference: string, options: ScanOptions) => scan(context, reference, options));
}

async function scan(context: CommandContext, reference: string, options: ScanOptions): Promise<void> {
  checkRules(options);
  const leftOut = await readLeftOut(options, context.terminal, context.now());
  const password = await readRegistryPassword(context, options);
  const { scanLocally } = await startSmall(() => import('./scan-locally.ts')); // loaded here: the server commands do not need it
  const bar = createProgressBar(context.terminal, 'scan');
  const remaining = createScanSpeed(context.now);
  const scanned = await scanLocally(
    reference,
    {
      config: context.config(),
      ...(options.platform ? { platform: options.platform } : {}),
      ...(options.insecure ? { insecure: true } : {}),
      ...(options.username ? { username: options.username } : {}),
      ...(password ? { password } : {}),
      ...(options.username === undefined
        ? { findAccount: (wanted, signal) => storedLogin(context, wanted, signal) }
        : {}),
      ...(options.asOf === undefined ? {} : { asOf: options.asOf }),
      kinds: options.kinds,
      onProgress: (at) => bar.update(at.bytesDone, at.bytesTotal, describeProgress(at, remaining(at))),
    },
    context.signal,
  ).finally(() => bar.stop());

  const report = leaveOut(scanned, leftOut, context.now());
  await print(report, options, context);
  judgeScan(report, options.failOn ?? [], context.terminal);
}

async function storedLogin(context: CommandContext, image: Reference, signal: AbortSignal) {
  const { findStoredLogin } = await import('./stored-logins/find-stored-login.ts');
  return findStoredLogin(image, { environment: context.environment(), note: context.terminal.note, signal });
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

/** In the order in which they are shown, each once. */
function parseKinds(text: string): readonly ScanKind[] {
  const words = text.split(',').map((word) => word.trim().toLowerCase());
  const odd = words.find((word) => !scanKinds.some((kind) => kind === word));
  if (odd !== undefined) throw new InvalidArgumentError(`"${odd}" is none of ${scanKinds.join(', ')}.`);
  return scanKinds.filter((kind) => words.includes(kind));
}

/** A rule about what nobody looks for would always pass. */
function checkRules({ failOn = [], kinds }: ScanOptions): void {
  for (const rule of failOn) {
    const kind = kindOfRule(rule);
    if (kind === undefined || kinds.includes(kind)) continue;
    throw new CommandFailure(`--fail-on ${rule} is about ${kind}, which --kinds leaves out.`, {
      exitCode: exitCodes.usage,
      fix: `Add ${kind} to --kinds, or take ${rule} out of --fail-on.`,
    });
  }
}
