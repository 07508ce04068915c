import type { Command } from 'commander';
import { type AdvisoryStatus, type FeedStatus, readAdvisoryStatus } from '../advisories/status.ts';
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
      const { dataDir, advisoriesMaxAgeDays } = context.config();
      const status = await readAdvisoryStatus(dataDir, context.now());
      if (options.output === 'json') context.terminal.out(`${JSON.stringify(status, null, 2)}\n`);
      else printStatus(context, status, advisoriesMaxAgeDays);
    });
}

function printStatus(
  { terminal, now }: CommandContext,
  { snapshot, ageMs, feeds }: AdvisoryStatus,
  maxAgeDays: number,
): void {
  if (!snapshot) terminal.note('No advisories yet. Fetch them: plimsoll advisories update (or import a folder).\n');
  else {
    terminal.out(`${describeSnapshot(snapshot)}. Checked ${formatAge(new Date(snapshot.checkedAt), now())}.\n\n`);
  }
  if (feeds.length > 0)
    terminal.out(renderTable(feedColumns(feeds, now()), feeds, { width: terminal.width, colors: terminal.colors }));
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
