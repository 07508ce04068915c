import { type Command, InvalidArgumentError, Option } from 'commander';
import { ApiCallError } from '../api/client/create-api-client.ts';
import { scanKinds } from '../model/scan.ts';
import { CreatedTask } from './api-answers.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { connectApi } from './connect-api.ts';
import { estimateFormats, estimateTask } from './estimate-task.ts';
import { exactly, findImage } from './find-image.ts';
import { findLocalImage } from './find-local-image.ts';
import { findLocalRegistry } from './find-local-registry.ts';
import { findRegistries } from './find-registry.ts';
import { outputOption } from './output/print-list.ts';
import { waitForTask } from './wait-for-task.ts';

interface StartOptions {
  readonly all?: true;
  readonly registry?: string;
  readonly latest?: true;
  readonly kinds?: readonly string[];
  readonly timeout?: number;
  readonly wait?: true;
  readonly estimate?: true;
  readonly output: (typeof estimateFormats)[number];
}

const kindValues: Readonly<Record<string, string>> = { vulnerability: 'CVE', malware: 'VIRUS', risk: 'RISK' };

export function defineTaskStart(parent: Command, context: CommandContext): void {
  parent
    .command('start')
    .description('scan authorised images')
    .argument('[images...]', 'ids, digests or references')
    .option('--all', 'every authorised image')
    .option('--registry <name>', 'every authorised image of this registry (name or id)')
    .option('--latest', 'only the newest image of each repository')
    .addOption(new Option('--kinds <kinds...>', 'what to look for').choices(Object.keys(kindValues)))
    .option('--timeout <seconds>', 'give up after so long', seconds)
    .option('-w, --wait', 'wait until it is done, with progress')
    .option('--estimate', 'start nothing; tell what it would fetch, how long it would take, and what it would skip')
    .addOption(outputOption(estimateFormats))
    .addHelpText(
      'after',
      `
--estimate looks into the database of this machine's settings; no server and no registry is asked.

Examples:
  plimsoll task start --all --estimate
  plimsoll task start --all --wait
  plimsoll task start team/app:1.2 --kinds vulnerability --wait`,
    )
    .action((words: readonly string[], options: StartOptions) => startTask(context, words, options));
}

async function startTask(context: CommandContext, words: readonly string[], options: StartOptions): Promise<void> {
  if (words.length === 0 && !options.all && !options.registry) {
    throw new CommandFailure('Which images?', {
      exitCode: exitCodes.usage,
      fix: 'Name some, or give --all or --registry.',
    });
  }
  if (options.estimate) return estimate(context, words, options);
  const api = await connectApi(context);
  const [registry] = options.registry ? await findRegistries(api, [options.registry]) : [];
  const ids: number[] = [];
  for (const word of words) ids.push((await findImage(api, word)).Id);
  const parameters = {
    ...(options.all ? { All: true } : {}),
    ...(ids.length > 0 ? { Id: ids } : {}),
    ...(registry ? { Filters: [exactly('InstanceName', registry.Name)] } : {}),
    ...(options.latest ? { OnlyScanLatest: true } : {}),
    ...(options.kinds ? { ScanType: options.kinds.map((kind) => kindValues[kind]) } : {}),
    ...(options.timeout ? { Timeout: options.timeout } : {}),
  };
  const { TaskID: id } = await api
    .call('CreateAssetImageRegistryScanTask', parameters, CreatedTask)
    .catch(explainNothingToScan);
  if (id === undefined || id === null) throw new CommandFailure('The server started no task.', { fix: MAY_BE_SCANNED });
  const { kinds } = options;
  if (options.wait)
    return waitForTask(
      context,
      api,
      id,
      scanKinds.filter((kind) => !kinds || kinds.includes(kind)),
    );
  context.terminal.out(`Task ${id} is started.\n`);
  context.terminal.note(`Next: plimsoll task status ${id} --wait\n`);
}

/** The same images as the server would take. */
function estimate(context: CommandContext, words: readonly string[], options: StartOptions): Promise<void> {
  const kinds = scanKinds.filter((kind) => !options.kinds || options.kinds.includes(kind));
  return estimateTask(context, {
    kinds,
    output: options.output,
    selection: async (store) => {
      const ids: number[] = [];
      for (const word of words) ids.push((await findLocalImage(store, word)).id);
      const name = options.registry;
      const registry = name === undefined ? undefined : await findLocalRegistry(store, name);
      return {
        ...(options.all ? { all: true } : {}),
        ...(ids.length > 0 ? { ids } : {}),
        ...(registry ? { conditions: [{ kind: 'value', field: 'registryId', values: [registry.id] }] } : {}),
        ...(options.latest ? { latestOnly: true } : {}),
      };
    },
  });
}

const MAY_BE_SCANNED =
  'Only authorised images are scanned: `plimsoll image authorize`. Scans under way: `plimsoll task list`.';

function explainNothingToScan(error: unknown): never {
  if (!(error instanceof ApiCallError) || error.code !== 'FailedOperation.ErrAlreadyScanning') throw error;
  throw new CommandFailure('There is nothing to scan: the images are not authorised, or are being scanned already.', {
    fix: MAY_BE_SCANNED,
    requestId: error.requestId,
    cause: error,
  });
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('Write a number of seconds above zero.');
  return value;
}
