import type { BuiltImage } from './built-image.ts';
import type { Sighting } from './config-check.ts';
import type { ShellCommand } from './read-script.ts';
import { showLine } from './show-line.ts';
import { showStep } from './show-step.ts';

const MAX_NAMED = 3;
const MAX_SHOWN = 120;

/** One sighting for every step where `riskyIn` finds commands; the first three are named. */
export function sightSteps(
  { steps }: BuiltImage,
  riskyIn: (commands: readonly ShellCommand[]) => readonly ShellCommand[],
): readonly Sighting[] {
  return steps.flatMap((step): readonly Sighting[] => {
    if (step.commands.length === 0) return [];
    const risky = riskyIn(step.commands);
    if (risky.length === 0) return [];
    const named = risky.slice(0, MAX_NAMED).map(showCommand);
    const more = risky.length > MAX_NAMED ? ` and ${risky.length - MAX_NAMED} more` : '';
    return [{ place: 'instruction', instruction: showStep(step), detail: `${named.join(', ')}${more}` }];
  });
}

function showCommand({ name, arguments: words }: ShellCommand): string {
  return `\`${showLine([name, ...words.slice(0, 20)].join(' ').replaceAll('`', "'"), MAX_SHOWN)}\``;
}
