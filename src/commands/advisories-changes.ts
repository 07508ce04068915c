import type { Command } from 'commander';
import { parseMatchKey } from '../matching/match-key.ts';
import type { ChangeKind, ChangeReason } from '../model/match-change.ts';
import type { MatchChange } from '../store/match-changes.ts';
import type { CommandContext } from './command-context.ts';
import { withLocalStore } from './open-local-store.ts';
import { countOf } from './output/count-of.ts';
import { outputOption, printList } from './output/print-list.ts';
import type { Column } from './output/table.ts';
import { wrap } from './output/wrap.ts';
import { parseCount, parseTime } from './parse-arguments.ts';

const formats = ['table', 'wide', 'json', 'ndjson', 'csv'] as const;
const IMAGES_SHOWN = 3;
const SHORT_ID = 8;

interface ChangesOptions {
  readonly since?: Date;
  readonly until?: Date;
  readonly vulnerability?: string;
  readonly limit: number;
  readonly output: (typeof formats)[number];
}

export function defineAdvisoriesChanges(parent: Command, context: CommandContext): void {
  parent
    .command('changes')
    .description('show what new advisories changed: which vulnerabilities appeared or went in which images, and why')
    .option('--since <time>', 'from this time on, such as 2026-11-25 or 2026-11-25T08:00:00Z', parseTime)
    .option('--until <time>', 'up to this time', parseTime)
    .option('--vulnerability <id>', 'of this vulnerability only')
    .option('--limit <count>', 'at most so many changes of single images', parseCount, 10_000)
    .addOption(outputOption(formats))
    .addHelpText(
      'after',
      `
It looks into the database of this machine's settings; no server is asked. Changes are remembered for PLIMSOLL_CHANGE_DAYS.
A first scan is no change; -o wide, json, ndjson and csv have one line for each image.`,
    )
    .action((options: ChangesOptions) => showChanges(context, options));
}

async function showChanges(context: CommandContext, options: ChangesOptions): Promise<void> {
  const { since, until, vulnerability, limit, output } = options;
  const { rows, total } = await withLocalStore(context, (store) =>
    store.matchChanges.list({
      ...(since ? { since } : {}),
      ...(until ? { until } : {}),
      ...(vulnerability ? { vulnerabilityId: vulnerability } : {}),
      offset: 0,
      limit,
    }),
  );
  const empty = 'Nothing has changed in the time that was asked about.';
  if (output === 'table' && rows.length > 0) printGrouped(context, rows);
  else {
    const shown = {
      rows,
      columns: imageColumns,
      csvColumns,
      name: ({ vulnerabilityId }: MatchChange) => vulnerabilityId,
    };
    printList(context.terminal, output, { ...shown, json: (row) => row, empty });
  }
  if (total > rows.length) context.terminal.note(`${rows.length} of ${total} changes; --limit shows more.\n`);
}

/** One change of many images. */
interface Group {
  readonly first: MatchChange;
  readonly images: readonly string[];
  readonly artifacts: number;
}

/** One heading for each pair of snapshots, newest first, and a line for each vulnerability below. */
function printGrouped({ terminal }: CommandContext, rows: readonly MatchChange[]): void {
  const passes = Map.groupBy(rows, ({ from, to }) => `${from} ${to}`);
  for (const changes of passes.values()) {
    terminal.out(`${wrap(heading(changes), terminal.width ?? Number.POSITIVE_INFINITY, '  ')}\n`);
    const groups = [...Map.groupBy(changes, groupKey).values()].map(toGroup);
    printList<Group>(terminal, 'table', {
      rows: groups,
      columns: groupColumns,
      name: ({ first }) => first.vulnerabilityId,
      json: (group) => group,
      empty: '',
    });
    terminal.out('\n');
  }
}

const groupKey = ({ vulnerabilityId, change, reason, detail }: MatchChange) =>
  [vulnerabilityId, change, reason, detail].join('\0');

function toGroup(changes: readonly MatchChange[]): Group {
  const [first] = changes;
  if (!first) throw new Error('a group has a member');
  return {
    first,
    images: [...new Set(changes.flatMap(({ images }) => images))],
    artifacts: new Set(changes.map(({ artifactId }) => artifactId)).size,
  };
}

/** `2026-11-25 10:00  advisories 3f2a → 9c0d: +12 in 8 images, -3 in 2 images, 4 changed in 1 image`. */
function heading(changes: readonly MatchChange[]): string {
  const [newest] = changes;
  if (!newest) return '';
  const count = (kind: ChangeKind) => changes.filter(({ change }) => change === kind);
  const images = (some: readonly MatchChange[]) =>
    countOf(new Set(some.map(({ artifactId }) => artifactId)).size, 'image');
  const parts = [
    { some: count('appeared'), text: (n: number) => `+${n}` },
    { some: count('gone'), text: (n: number) => `-${n}` },
    { some: count('changed'), text: (n: number) => `${n} changed` },
  ]
    .filter(({ some }) => some.length > 0)
    .map(({ some, text }) => `${text(some.length)} in ${images(some)}`);
  const at = newest.at.toISOString().slice(0, 16).replace('T', ' ');
  return `${at}  advisories ${shortKey(newest.from)} → ${shortKey(newest.to)}: ${parts.join(', ')}`;
}

function shortKey(key: string): string {
  const { snapshotId, stale } = parseMatchKey(key);
  if (snapshotId === '') return 'none';
  return `${snapshotId.slice(0, SHORT_ID)}${stale ? ' (too old)' : ''}`;
}

const signs: Readonly<Record<ChangeKind, string>> = { appeared: '+', gone: '-', changed: '~' };

const reasonWords: Readonly<Record<ChangeReason, string>> = {
  'advisory-new': 'a new advisory',
  'advisory-changed': 'an advisory says otherwise',
  'advisory-withdrawn': 'an advisory was withdrawn',
  'fix-changed': 'the fix changed',
  'severity-changed': 'the severity changed',
  'exploitation-changed': 'exploitation',
  'coverage-changed': 'its system or ecosystem came to the advisories, or left them',
  'scanned-anew': 'the image was scanned anew',
  'matching-changed': 'another version of Plimsoll',
  'advisories-changed': 'the advisories changed',
};

const whyOf = ({ reason, detail }: MatchChange) =>
  detail === '' ? reasonWords[reason] : `${reasonWords[reason]}: ${detail}`;

/** Those of a content that no registry lists any more are named by its number. */
const namesOf = (images: readonly string[], artifacts: number) => {
  if (images.length === 0) return `${countOf(artifacts, 'image')} not listed any more`;
  const more = images.length > IMAGES_SHOWN ? ` and ${images.length - IMAGES_SHOWN} more` : '';
  return `${images.slice(0, IMAGES_SHOWN).map(withoutHost).join(', ')}${more}`;
};

const withoutHost = (reference: string) => reference.slice(reference.indexOf('/') + 1);

const paintChange: Column<MatchChange>['paint'] = (cell, { change }, colors) =>
  change === 'appeared' ? colors.red(cell) : change === 'gone' ? colors.green(cell) : colors.yellow(cell);

const groupColumns: readonly Column<Group>[] = [
  {
    title: ' ',
    text: ({ first }) => signs[first.change],
    paint: (cell, { first }, colors) => paintChange?.(cell, first, colors) ?? cell,
  },
  { title: 'VULNERABILITY', text: ({ first }) => first.vulnerabilityId },
  { title: 'SEVERITY', text: ({ first }) => first.severity, leaves: 2 },
  { title: 'PACKAGES', text: ({ first }) => first.packages, shrinkTo: 14, leaves: 1 },
  { title: 'WHY', text: ({ first }) => whyOf(first), shrinkTo: 20 },
  { title: 'IMAGES', text: ({ artifacts }) => String(artifacts), align: 'right' },
  { title: 'NAMES', text: ({ images, artifacts }) => namesOf(images, artifacts), shrinkTo: 14, leaves: 3 },
];

const imageColumns: readonly Column<MatchChange>[] = [
  { title: 'TIME', text: ({ at }) => at.toISOString().slice(0, 19).replace('T', ' ') },
  { title: 'CHANGE', text: ({ change }) => change, paint: paintChange },
  { title: 'VULNERABILITY', text: ({ vulnerabilityId }) => vulnerabilityId },
  { title: 'SEVERITY', text: ({ severity }) => severity },
  { title: 'PACKAGES', text: ({ packages }) => packages },
  { title: 'WHY', text: whyOf },
  { title: 'IMAGES', text: ({ images }) => images.join(', ') || 'not listed any more' },
  { title: 'FROM', text: ({ from }) => shortKey(from) },
  { title: 'TO', text: ({ to }) => shortKey(to) },
];

const csvColumns: readonly Column<MatchChange>[] = [
  { title: 'time', text: ({ at }) => at.toISOString() },
  { title: 'change', text: ({ change }) => change },
  { title: 'vulnerability', text: ({ vulnerabilityId }) => vulnerabilityId },
  { title: 'severity', text: ({ severity }) => severity },
  { title: 'packages', text: ({ packages }) => packages },
  { title: 'reason', text: ({ reason }) => reason },
  { title: 'detail', text: ({ detail }) => detail },
  { title: 'images', text: ({ images }) => images.join(' ') },
  { title: 'from', text: ({ from }) => parseMatchKey(from).snapshotId },
  { title: 'to', text: ({ to }) => parseMatchKey(to).snapshotId },
];
