import type { Command } from 'commander';
import type { AlarmedImage, RuntimeAlarm, RuntimeSourceState } from '../store/runtime-store.ts';
import type { CommandContext } from './command-context.ts';
import { withLocalStore } from './open-local-store.ts';
import { type ListFormat, outputOption, printList } from './output/print-list.ts';
import type { Column } from './output/table.ts';
import { formatAge } from './output/units.ts';

const MOST_ALARMS = 1_000;

const meanings: Readonly<Record<RuntimeAlarm, string>> = {
  gone: 'gone from its registry',
  unscanned: 'never scanned',
  unlisted: 'in no registry that is connected',
};

export function defineRuntimeList(parent: Command, context: CommandContext): void {
  parent
    .command('list')
    .description('where containers run, and what runs there that should not')
    .option('--alarms', 'list the images that run although they are gone, were never scanned, or are in no registry')
    .addOption(outputOption())
    .addHelpText('after', "\nIt works on the database of this machine's settings; no server is asked.")
    .action(async (options: { readonly alarms?: boolean; readonly output: ListFormat }) => {
      const { terminal } = context;
      if (options.alarms) {
        const rows = await withLocalStore(context, (store) => store.runtime.alarms(MOST_ALARMS));
        return printList<AlarmedImage>(terminal, options.output, {
          rows,
          columns: alarmColumns,
          name: ({ name }) => name,
          json: (row) => row,
          empty: 'Every image that is known to run is listed and was scanned.',
        });
      }
      printList<RuntimeSourceState>(terminal, options.output, {
        rows: await withLocalStore(context, (store) => store.runtime.sources()),
        columns: sourceColumns(context.now()),
        name: ({ name }) => name,
        json: (row) => row,
        empty:
          'Nobody says which images run: set PLIMSOLL_RUNTIME for the server, or tell it with `plimsoll runtime report`.',
      });
    });
}

const alarmColumns: readonly Column<AlarmedImage>[] = [
  { title: 'ALARM', text: ({ alarm }) => `runs, but ${meanings[alarm]}` },
  { title: 'IMAGE', text: ({ name, digest }) => name || digest, shrinkTo: 20 },
  { title: 'ID', text: ({ imageId }) => (imageId === undefined ? '-' : String(imageId)), align: 'right' },
  { title: 'CONTAINERS', text: ({ containers }) => String(containers), align: 'right' },
];

const sourceColumns = (now: Date): readonly Column<RuntimeSourceState>[] => [
  { title: 'SOURCE', text: ({ name }) => name, shrinkTo: 16 },
  { title: 'STATE', text: ({ fresh, takenAt }) => (fresh ? 'known' : takenAt ? 'silent' : 'never reached') },
  { title: 'AGE', text: ({ takenAt }) => formatAge(takenAt, now) },
  { title: 'CONTAINERS', text: ({ takenAt, containers }) => (takenAt ? String(containers) : '-'), align: 'right' },
  { title: 'IMAGES', text: ({ takenAt, images }) => (takenAt ? String(images) : '-'), align: 'right' },
  { title: 'ALARMS', text: describeAlarms },
  { title: 'FAILURE', text: ({ failure }) => failure || '-', shrinkTo: 20 },
];

function describeAlarms({ gone, unscanned, unlisted }: RuntimeSourceState): string {
  const parts = [
    ...(gone > 0 ? [`${gone} gone`] : []),
    ...(unscanned > 0 ? [`${unscanned} never scanned`] : []),
    ...(unlisted > 0 ? [`${unlisted} unlisted`] : []),
  ];
  return parts.join(', ') || '-';
}
