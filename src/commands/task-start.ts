import { type Command, InvalidArgumentError, Option } from 'commander';
import { ApiCallError } from '../api/client/create-api-client.ts';
import { scanKinds } from '../model/scan.ts';
import { CreatedTask } from './api-answers.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { connectApi } from './connect-api.ts';
import { exactly, findImage } from './find-image.ts';
import { findRegistries } from './find-registry.ts';
import { waitForTask } from './wait-for-task.ts';

interface StartOptions {
  readonly all?: true;
  readonly registry?: string;
  readonly latest?: true;
  readonly kinds?: readonly string[];
  readonly timeout?: number;
  readonly wait?: true;
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
    .addHelpText(
      'after',
      '\nExamples:\n  plimsoll task start --all --wait\n  plimsoll task start team/app:1.2 --kinds vulnerability --wait',
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
