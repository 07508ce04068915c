import { type Command, InvalidArgumentError } from 'commander';
import { isSyncPattern, MAX_NEWEST, MAX_PATTERNS, type SyncChoice } from '../model/sync-choice.ts';

export interface SyncChoiceOptions {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly newest?: number | 'all';
}

const WHOLE = /^\d{1,9}$/;

/** The options by which people choose what a sync looks at. */
export function addSyncChoiceOptions(command: Command): Command {
  return command
    .option(
      '--include <pattern>',
      "look at these alone, such as 'team/**' or 'team/app:v*' (repository[:tag]); may be given again",
      collectPatterns,
    )
    .option(
      '--exclude <pattern>',
      "leave these out, such as 'mirror/**' or '**:*-dev'; may be given again",
      collectPatterns,
    )
    .option('--newest <count>', 'of each repository the tags pushed last, so many at most, or all', parseNewest);
}

/** What was there before, changed by what was given: a list replaces the list before, and '' empties it. */
export function changeChoice(before: SyncChoice, { include, exclude, newest }: SyncChoiceOptions): SyncChoice {
  const most = newest ?? before.newest;
  return {
    include: withoutEmpty(include ?? before.include),
    exclude: withoutEmpty(exclude ?? before.exclude),
    ...(most === undefined || most === 'all' ? {} : { newest: most }),
  };
}

export const givesChoice = ({ include, exclude, newest }: SyncChoiceOptions): boolean =>
  include !== undefined || exclude !== undefined || newest !== undefined;

/** One line for people. */
export function describeChoice({ include, exclude, newest }: SyncChoice): string {
  const parts = [
    include.length > 0 ? `looks at ${include.join(', ')}` : 'looks at everything',
    ...(exclude.length > 0 ? [`leaves out ${exclude.join(', ')}`] : []),
    ...(newest === undefined ? [] : [`the newest ${newest} tags of each repository`]),
  ];
  return parts.join('; ');
}

const withoutEmpty = (patterns: readonly string[]) => patterns.filter((pattern) => pattern !== '');

function collectPatterns(text: string, before: readonly string[] = []): readonly string[] {
  if (text !== '' && !isSyncPattern(text)) {
    throw new InvalidArgumentError(
      "Write a repository pattern, such as 'team/**', with a tag behind a colon: 'team/app:v*'.",
    );
  }
  if (before.length >= MAX_PATTERNS) throw new InvalidArgumentError(`Give at most ${MAX_PATTERNS} patterns.`);
  return [...before, text];
}

function parseNewest(text: string): number | 'all' {
  if (text === 'all') return text;
  const value = WHOLE.test(text) ? Number(text) : 0;
  if (value < 1 || value > MAX_NEWEST)
    throw new InvalidArgumentError(`Write a number from 1 to ${MAX_NEWEST}, or all.`);
  return value;
}
