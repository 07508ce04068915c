import { AddedRegistry, RegistryDetail } from './api-answers.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { type Api, connectApi } from './connect-api.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { findRegistries } from './find-registry.ts';
import { failureOf } from './registry-failure.ts';
import { PASSWORD_VARIABLE, readRegistryPassword, withScheme } from './registry-options.ts';
import { scanParameters } from './registry-scan-option.ts';

/** Has the server change how it reaches a registry, and try it. @throws CommandFailure where it cannot be used afterwards */
export async function changeConnection(
  context: CommandContext,
  word: string,
  options: ConnectionOptions,
): Promise<{ readonly registry: string; readonly id: number }> {
  const api = await connectApi(context);
  const [known] = await findRegistries(api, [word]);
  if (!known) throw new Error('findRegistries has thrown for one that is not there');
  const { RegistryId } = known;
  const before = await api.call('DescribeAssetImageRegistryRegistryDetail', { RegistryId }, RegistryDetail);
  const password = await newPassword(context, before, options);
  const parameters = { RegistryId, ...before, ...changes(options), ...(password ? { Password: password } : {}) };
  const answer = await api.call('UpdateAssetImageRegistryRegistryDetail', parameters, AddedRegistry);
  if (answer.HealthCheckErr) throw await unusable(api, known.Name, answer.HealthCheckErr);
  return { registry: known.Name, id: RegistryId };
}

/** What is absent stays as it is. */
const changes = ({ username, url, insecure, speedLimit, region, instance, scan }: ConnectionOptions) => ({
  ...(username === undefined ? {} : { Username: username }),
  ...(url === undefined ? {} : { Url: withScheme(url) }),
  ...(insecure === undefined ? {} : { Insecure: insecure ? 1 : 0 }),
  ...(speedLimit === undefined ? {} : { SpeedLimit: speedLimit }),
  ...(region === undefined ? {} : { RegistryRegion: region }),
  ...(instance === undefined ? {} : { InstanceId: instance }),
  ...scanParameters(scan),
});

/** Undefined where it stays as it is. The variable alone changes nothing: it may be set for another command. */
async function newPassword(
  context: CommandContext,
  before: RegistryDetail,
  { username: given, password: asked, passwordStdin }: ConnectionOptions,
): Promise<string | undefined> {
  if (given === undefined && !asked && !passwordStdin) return undefined;
  const username = given ?? before.Username;
  if (username === '' && !asked && !passwordStdin) return undefined;
  if (username === '') {
    throw new CommandFailure(`Registry "${before.Name}" is asked without an account, so that it needs no password.`, {
      exitCode: exitCodes.usage,
      fix: 'Give the account with -u.',
    });
  }
  const password = await readRegistryPassword(context, { username, ...(passwordStdin ? { passwordStdin } : {}) });
  if (password !== '') return password;
  throw new CommandFailure(`The password of ${username} is empty, so that nothing was changed.`, {
    exitCode: exitCodes.usage,
    fix: `Type it when asked, pipe it in with --password-stdin, or set ${PASSWORD_VARIABLE}.`,
  });
}

async function unusable(api: Api, name: string, message: string): Promise<CommandFailure> {
  const [stored] = await findRegistries(api, [name]);
  const fix = stored && failureOf(stored)?.fix;
  return new CommandFailure(`Registry "${name}" is changed, but cannot be used: ${message}`, fix ? { fix } : {});
}
