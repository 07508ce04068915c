import type { Command } from 'commander';
import { connect } from '../inventory/create-connections.ts';
import { checkConnection } from '../registries/check-connection.ts';
import { registryTypes } from '../registries/types/index.ts';
import { adviceOf } from './command-advice.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { connectApi } from './connect-api.ts';
import { findRegistries } from './find-registry.ts';
import { connectionOf, failureOf } from './registry-failure.ts';
import { readRegistryPassword, registryTypeOption } from './registry-options.ts';

interface TestOptions {
  readonly type: string;
  readonly username?: string;
  readonly passwordStdin?: true;
  readonly insecure?: true;
}

export function defineRegistryTest(parent: Command, context: CommandContext): void {
  parent
    .command('test')
    .description('say whether a registry can be reached, and why not')
    .argument(
      '<name|url>',
      'a registry of the server: its last check; a URL: a check from this machine, without a server',
    )
    .addOption(registryTypeOption())
    .option('-u, --username <name>', 'account for a URL')
    .option('--password-stdin', 'read its password from standard input')
    .option('--insecure', 'accept any TLS certificate')
    .addHelpText(
      'after',
      '\nExamples:\n  plimsoll registry test staging\n  plimsoll registry test https://registry.example.com -u scanner',
    )
    .action((target: string, options: TestOptions) =>
      target.includes('://') ? testUrl(context, target, options) : testStored(context, target),
    );
}

async function testStored(context: CommandContext, name: string): Promise<void> {
  const [row] = await findRegistries(await connectApi(context), [name]);
  if (!row) return;
  const state = connectionOf(row);
  if (state === 'connected')
    context.terminal.out(`${row.Name}: connected, as of the server's last check of ${row.Url}\n`);
  else if (state === 'failed' || state === 'waiting') {
    const { message = 'The last check failed.', fix } = failureOf(row) ?? {};
    throw new CommandFailure(`${row.Name}: ${message}`, fix ? { fix } : {});
  } else
    throw new CommandFailure(`${row.Name} has not been checked yet.`, {
      fix: `plimsoll registry sync ${row.Name} --wait`,
    });
}

async function testUrl(context: CommandContext, url: string, options: TestOptions): Promise<void> {
  const settings = {
    type: options.type,
    url,
    username: options.username ?? '',
    password: await readRegistryPassword(context, options),
    insecure: options.insecure === true,
    speedLimit: 0,
  };
  const client = connect(registryTypes, settings, { allowPrivate: context.config().allowPrivateRegistries });
  try {
    const check = await checkConnection(client, context.signal);
    if (check.status === 'failed') {
      throw new CommandFailure(check.message, {
        exitCode: check.cause === 'authentication-failed' ? exitCodes.unauthenticated : exitCodes.error,
        fix: adviceOf(check.cause),
      });
    }
    context.terminal.out(`${url} answers, accepts the account, and lets it list repositories.\n`);
  } finally {
    await client.close();
  }
}
