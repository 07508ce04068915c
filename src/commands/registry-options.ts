import { Option } from 'commander';
import { registryTypes } from '../registries/types/index.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';

export const PASSWORD_VARIABLE = 'PLIMSOLL_REGISTRY_PASSWORD';
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::|\/|$)/;
const LINE_END = /\r?\n$/;

export function registryTypeOption(): Option {
  return new Option('-t, --type <type>', 'kind of registry')
    .choices(registryTypes.map(({ name }) => name))
    .default('docker');
}

/** From standard input, the environment, or a prompt; never from the command line, where other users could read it. */
export async function readRegistryPassword(
  context: CommandContext,
  options: { readonly username?: string; readonly passwordStdin?: true },
): Promise<string> {
  if (options.passwordStdin) return (await context.readInput()).replace(LINE_END, '');
  const given = context.environment()[PASSWORD_VARIABLE];
  if (given !== undefined) return given;
  if (!options.username) return '';
  if (context.terminal.askSecret) return context.terminal.askSecret(`Password of ${options.username}: `);
  throw new CommandFailure(`There is no password for ${options.username}.`, {
    exitCode: exitCodes.usage,
    fix: `Pipe it in with --password-stdin, or set ${PASSWORD_VARIABLE}.`,
  });
}

/** As docker does: TLS everywhere but on the own machine. */
export function withScheme(url: string): string {
  if (url.includes('://')) return url;
  return LOOPBACK.test(url) ? `http://${url}` : `https://${url}`;
}
