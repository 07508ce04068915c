import { join } from 'node:path';
import type { Command } from 'commander';
import { type KeptSnapshot, listSnapshots } from '../advisories/kept-snapshots.ts';
import { type AdvisoryStatus, type FeedStatus, readAdvisoryStatus } from '../advisories/status.ts';
import { createVexFolder, type VexFile } from '../scan/create-vex-folder.ts';
import type { CommandContext } from './command-context.ts';
import { describeSnapshot } from './describe-snapshot.ts';
import { outputOption } from './output/print-list.ts';
import { type Column, renderTable } from './output/table.ts';
import { formatAge, formatBytes } from './output/units.ts';

const formats = ['table', 'json'] as const;
const DAY_MS = 86_400_000;

export function defineAdvisoriesStatus(parent: Command, context: CommandContext): void {
  parent
    .command('status')
    .description('show which advisories there are, and how old they are')
    .addOption(outputOption(formats))
    .action(async (options: { readonly output: (typeof formats)[number] }) => {
      const { dataDir, advisoriesMaxAgeDays, vexFolder } = context.config();
      const status = await readAdvisoryStatus(dataDir, context.now());
      const kept = await listSnapshots(dataDir);
      const vex = (await createVexFolder(vexFolder ?? join(dataDir, 'vex'), { warn: () => undefined }).read()).files;
      if (options.output === 'json') {
        const snapshots = kept.map(({ snapshot, bytes, current }) => ({ ...snapshot, bytes, current }));
        context.terminal.out(`${JSON.stringify({ ...status, kept: snapshots, vex }, null, 2)}\n`);
      } else printStatus(context, status, { kept, vex }, advisoriesMaxAgeDays);
    });
}

function printStatus(
  { terminal, now }: CommandContext,
  { snapshot, ageMs, feeds }: AdvisoryStatus,
  { kept, vex }: { readonly kept: readonly KeptSnapshot[]; readonly vex: readonly VexFile[] },
  maxAgeDays: number,
): void {
  const layout = { width: terminal.width, colors: terminal.colors };
  if (!snapshot) terminal.note('No advisories yet. Fetch them: plimsoll advisories update (or import a folder).\n');
  else {
    terminal.out(`${describeSnapshot(snapshot)}. Checked ${formatAge(new Date(snapshot.checkedAt), now())}.\n\n`);
  }
  if (feeds.length > 0) terminal.out(renderTable(feedColumns(feeds, now()), feeds, layout));
  if (kept.length > 0) terminal.out(`\n${renderTable(snapshotColumns(now()), kept, layout)}`);
  if (vex.length > 0) terminal.out(`\n${renderTable(vexColumns, vex, layout)}`);
  if (ageMs !== undefined && ageMs > maxAgeDays * DAY_MS) {
    terminal.note(
      `\nOlder than ${maxAgeDays} days: counts are marked as incomplete. Run plimsoll advisories update.\n`,
    );
  }
}

const missing: Column<FeedStatus> = { title: 'MISSING', text: (feed) => feed.missing ?? '', shrinkTo: 20 };

function feedColumns(feeds: readonly FeedStatus[], now: Date): readonly Column<FeedStatus>[] {
  const age = (text: string | undefined) => formatAge(text === undefined ? undefined : new Date(text), now);
  return [
    { title: 'FEED', text: (feed) => feed.name },
    { title: 'RECORDS', text: (feed) => (feed.records === undefined ? '-' : String(feed.records)), align: 'right' },
    { title: 'UNREADABLE', text: (feed) => (feed.bad === undefined ? '-' : String(feed.bad)), align: 'right' },
    {
      title: 'SIZE',
      text: (feed) => (feed.bytes === undefined ? '-' : formatBytes(feed.bytes)),
      align: 'right',
      leaves: 1,
    },
    { title: 'CHANGED', text: (feed) => age(feed.downloadedAt), leaves: 2 },
    { title: 'CHECKED', text: (feed) => age(feed.checkedAt) },
    ...(feeds.some((feed) => feed.missing) ? [missing] : []),
  ];
}

const vexColumns: readonly Column<VexFile>[] = [
  { title: 'VEX FILE', text: ({ name }) => name, shrinkTo: 20 },
  { title: 'STATEMENTS', text: ({ statements }) => String(statements), align: 'right' },
  { title: 'NOT IN USE', text: ({ problems }) => problems.join('; '), shrinkTo: 20 },
];

const SHORT_ID = 12;

/** What --as-of takes. */
function snapshotColumns(now: Date): readonly Column<KeptSnapshot>[] {
  return [
    { title: 'SNAPSHOT', text: ({ snapshot }) => snapshot.id.slice(0, SHORT_ID) },
    { title: 'COMPILED', text: ({ snapshot }) => snapshot.compiledAt.slice(0, 16).replace('T', ' ') },
    { title: 'AGE', text: ({ snapshot }) => formatAge(new Date(snapshot.compiledAt), now), leaves: 1 },
    { title: 'ADVISORIES', text: ({ snapshot }) => String(snapshot.advisories), align: 'right' },
    { title: 'SIZE', text: ({ bytes }) => formatBytes(bytes), align: 'right' },
    { title: 'IN USE', text: ({ current }) => (current ? 'yes' : '') },
  ];
}
