import { type Command, InvalidArgumentError } from 'commander';
import { defaultEcosystems } from '../advisories/ask-feeds.ts';
import { osvEcosystems } from '../advisories/osv-ecosystems.ts';
import type { CommandContext } from './command-context.ts';
import { runAdvisoriesUpdate } from './run-advisories-update.ts';

export function defineAdvisoriesUpdate(parent: Command, context: CommandContext): void {
  parent
    .command('update')
    .description('ask the feeds for news (PLIMSOLL_ADVISORIES_URL, PLIMSOLL_KEV_URL)')
    .option('--ecosystems <names>', 'get these, too, and keep them up to date from now on', toEcosystems)
    .addHelpText(
      'after',
      `
The data folder is updated; a server that uses it takes the new advisories at once. ${defaultEcosystems.join(', ')} and what
was asked for before are always updated; a server asks by itself for what its images need.

Ecosystems: ${osvEcosystems.join(', ')}

Example:
  plimsoll advisories update --ecosystems "AlmaLinux,Rocky Linux,Go"`,
    )
    .action(async ({ ecosystems = [] }: { readonly ecosystems?: readonly string[] }) => {
      const { advisoriesUrl, kevUrl, epssUrl } = context.config();
      await runAdvisoriesUpdate(context, { osvUrl: advisoriesUrl, kevUrl, epssUrl }, ecosystems);
    });
}

/** Names as OSV.dev spells them, whatever case they are written in. */
function toEcosystems(text: string): readonly string[] {
  return text.split(',').map((part) => {
    const name = osvEcosystems.find((known) => known.toLowerCase() === part.trim().toLowerCase());
    if (name === undefined) throw new InvalidArgumentError(`"${part.trim()}" is none of ${osvEcosystems.join(', ')}.`);
    return name;
  });
}
