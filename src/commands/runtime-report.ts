import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { locateReference } from '../oci/locate-reference.ts';
import { parseReport } from '../runtime/parse-report.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { connectApi } from './connect-api.ts';
import { withLocalStore } from './open-local-store.ts';
import { parseDuration } from './parse-duration.ts';

interface ReportOptions {
  readonly source?: string;
  readonly expires: number;
  readonly local?: boolean;
}

interface WholeReport {
  readonly source: string;
  readonly takenAt: Date;
  readonly expires: number;
  readonly images: ReturnType<typeof parseReport>['images'];
}

const TEN_MINUTES = 600_000;
const SOURCE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export function defineRuntimeReport(parent: Command, context: CommandContext): void {
  parent
    .command('report')
    .description('tell which images run in one place, until the report expires')
    .argument('[file]', 'JSON; standard input unless given')
    .option('--source <name>', 'the place, unless the report names it')
    .addOption(
      new Option('--expires <time>', 'how long it is believed, such as 30m or 1h')
        .argParser(parseDuration)
        .default(TEN_MINUTES, '10m'),
    )
    .option('--local', "write to the database of this machine's settings instead of asking a server")
    .addHelpText(
      'after',
      `
It takes the place of what was reported of that source before. Read: {"source", "containers": [{"image", "digest", "count"}]}, and what
crictl, docker and podman print as JSON. Without --no-trunc docker prints no whole digests.

Examples:
  plimsoll runtime report running.json
  crictl ps -o json | plimsoll runtime report --source node-7
  podman ps --format json | plimsoll runtime report --source build-1 --expires 5m`,
    )
    .action(async (file: string | undefined, options: ReportOptions) => {
      const takenAt = context.now();
      const parsed = parseReport(file === undefined ? await context.readInput() : await readFile(file, 'utf8'));
      const source = options.source ?? parsed.source ?? '';
      if (!SOURCE.test(source)) {
        throw new CommandFailure('The report does not say where these containers run.', {
          exitCode: exitCodes.usage,
          fix: 'Give --source a name of letters, digits, ".", "_" and "-".',
        });
      }
      const report = { source, takenAt, expires: options.expires, images: parsed.images };
      const taken = await (options.local ? save(context, report) : send(context, report));
      if (!taken)
        throw new CommandFailure(`Something newer is known of "${source}" already.`, {
          fix: 'Check the clock of this machine.',
        });
      const containers = parsed.images.reduce((sum, image) => sum + image.containers, 0);
      context.terminal.note(
        `${containers} containers run in "${source}", believed for ${options.expires / 60_000} minutes.\n`,
      );
    });
}

function save(context: CommandContext, { source, takenAt, expires, images }: WholeReport): Promise<boolean> {
  const expiresAt = new Date(takenAt.getTime() + expires);
  return withLocalStore(context, (store) =>
    store.runtime.save({ source, takenAt, expiresAt, images: images.map(locateReference) }),
  );
}

async function send(context: CommandContext, { source, takenAt, expires, images }: WholeReport): Promise<boolean> {
  const api = await connectApi(context);
  const parameters = {
    Source: source,
    TakenAt: takenAt.toISOString(),
    ExpiresInSeconds: expires / 1_000,
    Images: merged(images).map(({ reference, digests, platform, containers }) => ({
      Reference: reference,
      Digests: digests,
      ...(platform === undefined ? {} : { Platform: platform }),
      Count: containers,
    })),
  };
  return (await api.call('ReportRunningContainers', parameters, z.object({ Taken: z.boolean() }))).Taken;
}

/** Containers of one image are sent as one. */
function merged(images: WholeReport['images']): WholeReport['images'] {
  const groups = Map.groupBy(images, ({ containers: _, ...image }) => JSON.stringify(image));
  return [...groups.values()].flatMap(([first, ...rest]) =>
    first ? [{ ...first, containers: rest.reduce((sum, { containers }) => sum + containers, first.containers) }] : [],
  );
}
