import type { Command } from 'commander';
import { everything } from '../model/sync-choice.ts';
import { AddedRegistry, Done } from './api-answers.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { type Api, connectApi } from './connect-api.ts';
import { findRegistries } from './find-registry.ts';
import { withLocalStore } from './open-local-store.ts';
import { failureOf } from './registry-failure.ts';
import { PASSWORD_VARIABLE, readRegistryPassword, registryTypeOption, withScheme } from './registry-options.ts';
import { registryScanOption, type ScanChoice, scanParameters } from './registry-scan-option.ts';
import { requestsPerSecond } from './requests-per-second.ts';
import { addSyncChoiceOptions, changeChoice, givesChoice, type SyncChoiceOptions } from './sync-choice-options.ts';

interface AddOptions {
  readonly type: string;
  readonly username?: string;
  readonly passwordStdin?: true;
  readonly insecure?: true;
  readonly speedLimit: number;
  readonly region: string;
  readonly instance?: string;
  readonly scan?: ScanChoice;
}
type AddWithChoice = AddOptions & SyncChoiceOptions;

export function defineRegistryAdd(parent: Command, context: CommandContext): void {
  const command = parent
    .command('add')
    .description('connect a registry')
    .argument('<name>', 'how you call it')
    .argument(
      '<url>',
      'https://registry.example.com[:port], with a path where the type has one; http:// where it must be',
    )
    .addOption(registryTypeOption())
    .option('-u, --username <name>', 'account that may pull and list repositories; leave out for anonymous access')
    .option('--password-stdin', 'read the password from standard input')
    .option('--insecure', 'accept any TLS certificate')
    .option('--speed-limit <requests>', 'requests a second at most; 0 = no limit', requestsPerSecond, 0)
    .option('--region <region>', 'region of a cloud registry whose address does not tell it', 'default')
    .option('--instance <id>', 'instance of a cloud registry whose address does not tell it, such as tcr-…')
    .addOption(registryScanOption());
  addSyncChoiceOptions(command)
    .addHelpText(
      'after',
      `
The type docker fits every registry that has a catalog. The others list by an API of their vendor: what account each needs, and
what the address looks like, is in docs/guides/connect-a-registry.md.
The password is asked for, or read from standard input or ${PASSWORD_VARIABLE}; never from the command line.
--scan and --scan newest leave older images as they are: authorise and scan those once (plimsoll image authorize, plimsoll task start).
--include, --exclude and --newest work on the database of this machine's settings, which must be the server's.

Examples:
  plimsoll registry add staging https://registry.example.com -u scanner
  plimsoll registry add staging https://registry.example.com -u scanner --password-stdin < password.txt
  plimsoll registry add local http://127.0.0.1:5000
  plimsoll registry add harbor https://harbor.example.com --type harbor -u 'robot$scanner'
  plimsoll registry add ecr https://123456789012.dkr.ecr.eu-west-1.amazonaws.com --type aws -u AKIA…
  plimsoll registry add shop https://registry.example.com --include 'shop/**' --newest 20`,
    )
    .action((name: string, url: string, options: AddWithChoice) => addRegistry(context, name, url, options));
}

async function addRegistry(context: CommandContext, name: string, url: string, options: AddWithChoice): Promise<void> {
  const password = await readRegistryPassword(context, options);
  const api = await connectApi(context);
  const parameters = {
    Name: name,
    Url: withScheme(url),
    Username: options.username ?? '',
    Password: password,
    RegistryType: options.type,
    NetType: 'public',
    RegistryRegion: options.region,
    ...(options.instance === undefined ? {} : { InstanceId: options.instance }),
    Insecure: options.insecure ? 1 : 0,
    SpeedLimit: options.speedLimit,
    NeedScan: false,
    ...scanParameters(options.scan),
  };
  const added = givesChoice(options)
    ? await addWithChoice(context, api, parameters, options)
    : await api.call('AddAssetImageRegistryRegistryDetail', parameters, AddedRegistry);

  if (added.NameRepeatErr) {
    throw new CommandFailure(`Registry "${name}" was not added: ${added.NameRepeatErr}`, {
      fix: `Choose another name, or change the one that is there: plimsoll registry update ${name} -u <account> (--url, --password, --scan; its images stay).`,
    });
  }
  if (added.HealthCheckErr) {
    const [stored] = await findRegistries(api, [name]);
    const advice = stored && failureOf(stored)?.fix;
    throw new CommandFailure(`Registry "${name}" is stored, but cannot be used: ${added.HealthCheckErr}`, {
      fix: `${advice ?? ''} \`plimsoll registry remove ${name}\` takes it out again.`.trimStart(),
    });
  }
  context.terminal.out(`Registry "${name}" is connected (id ${added.RegistryId}).\n`);
  context.terminal.note(`Next: plimsoll registry sync ${name} --wait\n`);
}

/** NeedScan would begin a sync at once: it is said after the choice is made. */
async function addWithChoice(
  context: CommandContext,
  api: Api,
  parameters: { readonly Name: string; readonly NeedScan: boolean },
  options: SyncChoiceOptions,
): Promise<AddedRegistry> {
  return withLocalStore(context, async (store) => {
    const first = { ...parameters, NeedScan: false };
    const added = await api.call('AddAssetImageRegistryRegistryDetail', first, AddedRegistry);
    if (added.NameRepeatErr) return added;
    const stored = await store.registries.findByName(parameters.Name);
    if (stored?.id !== added.RegistryId) {
      throw new CommandFailure(
        `Registry "${parameters.Name}" is stored by the server, but not in this machine's database.`,
        {
          fix: `Where the server's database is: plimsoll registry update ${parameters.Name} with the same --include, --exclude, --newest.`,
        },
      );
    }
    await store.registries.chooseContent(stored.id, changeChoice(everything, options));
    if (parameters.NeedScan) {
      const again = { ...parameters, RegistryId: stored.id };
      await api.call('UpdateAssetImageRegistryRegistryDetail', again, AddedRegistry);
      await api.call('SyncAssetImageRegistryAsset', { RegistryIds: [stored.id] }, Done);
    }
    return added;
  });
}
