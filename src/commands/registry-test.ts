import type { Command } from 'commander';
import { networkPolicy } from '../config/network-policy.ts';
import { connect } from '../inventory/create-connections.ts';
import { probeConnection } from '../registries/probe-connection.ts';
import { registryTypes } from '../registries/types/index.ts';
import { AddedRegistry, RegistryDetail } from './api-answers.ts';
import { adviceOf } from './command-advice.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { type Api, connectApi } from './connect-api.ts';
import { findRegistries } from './find-registry.ts';
import { outputOption } from './output/print-list.ts';
import { printConnectionReport, type ReportFormat, reportFormats } from './print-connection-report.ts';
import { readConnectMessage } from './read-connect-message.ts';
import { connectionOf, failureOf } from './registry-failure.ts';
import { readRegistryPassword, registryTypeOption } from './registry-options.ts';

interface TestOptions {
  readonly type: string;
  readonly username?: string;
  readonly passwordStdin?: true;
  readonly insecure?: true;
  readonly region?: string;
  readonly instance?: string;
  readonly now?: true;
  readonly output: ReportFormat;
}

export function defineRegistryTest(parent: Command, context: CommandContext): void {
  parent
    .command('test')
    .description('try a registry step by step: whether it can be reached and read, and why not')
    .argument(
      '<name|url>',
      'a registry of the server: its last check; a URL: a check from this machine, without a server',
    )
    .addOption(registryTypeOption())
    .option('-u, --username <name>', 'account for a URL')
    .option('--password-stdin', 'read its password from standard input')
    .option('--insecure', 'accept any TLS certificate')
    .option('--region <region>', 'region of a cloud registry whose URL does not tell it')
    .option('--instance <id>', 'instance of a cloud registry whose URL does not tell it, such as tcr-…')
    .option('--now', 'have the server check a registry of its own again')
    .addOption(outputOption(reportFormats))
    .addHelpText(
      'after',
      '\nExamples:\n  plimsoll registry test staging --now\n  plimsoll registry test https://registry.example.com -u scanner',
    )
    .action((target: string, options: TestOptions) =>
      target.includes('://') ? testUrl(context, target, options) : testStored(context, target, options),
    );
}

async function testStored(context: CommandContext, name: string, options: TestOptions): Promise<void> {
  const api = await connectApi(context);
  const [known] = await findRegistries(api, [name]);
  if (options.now && known) await testAgain(api, known.RegistryId);
  const [row] = options.now ? await findRegistries(api, [name]) : [known];
  if (!row) return;
  const report = readConnectMessage(row.ConnectMsg);
  if (report) printConnectionReport(context.terminal, options.output, row.Name, report);
  const state = connectionOf(row);
  if (state === 'connected') {
    const sentence = `${row.Name}: connected, as of the server's last check of ${row.Url}\n`;
    if (options.output === 'table') context.terminal.out(sentence);
    else if (!report) context.terminal.note(sentence);
  } else if (state === 'failed' || state === 'waiting') {
    const { message = 'The last check failed.', fix } = failureOf(row) ?? {};
    throw new CommandFailure(`${row.Name}: ${message}`, fix ? { fix } : {});
  } else
    throw new CommandFailure(`${row.Name} has not been checked yet.`, {
      fix: `plimsoll registry test ${row.Name} --now`,
    });
}

/** A server tests a registry whenever it is told its settings; told the same ones, it changes nothing. */
async function testAgain(api: Api, RegistryId: number): Promise<void> {
  const same = await api.call('DescribeAssetImageRegistryRegistryDetail', { RegistryId }, RegistryDetail);
  await api.call('UpdateAssetImageRegistryRegistryDetail', { RegistryId, ...same }, AddedRegistry);
}

async function testUrl(context: CommandContext, url: string, options: TestOptions): Promise<void> {
  const settings = {
    type: options.type,
    url,
    username: options.username ?? '',
    password: await readRegistryPassword(context, options),
    insecure: options.insecure === true,
    speedLimit: 0,
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(options.instance === undefined ? {} : { instanceId: options.instance }),
  };
  const network = networkPolicy(context.config());
  const client = connect(registryTypes, settings, network);
  try {
    const { verdict, report } = await probeConnection({ settings, network, client }, context.signal);
    printConnectionReport(context.terminal, options.output, url, report);
    if (verdict.status === 'failed') {
      throw new CommandFailure(verdict.message, {
        exitCode: verdict.cause === 'authentication-failed' ? exitCodes.unauthenticated : exitCodes.error,
        fix: adviceOf(verdict.cause),
      });
    }
    if (options.output === 'table')
      context.terminal.out(`${url} answers, accepts the account, and lets it list repositories.\n`);
  } finally {
    await client.close();
  }
}
