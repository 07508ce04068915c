import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { runAdvisoriesUpdate } from './run-advisories-update.ts';

export function defineAdvisoriesUpdate(parent: Command, context: CommandContext): void {
  parent
    .command('update')
    .description('ask the feeds for news (PLIMSOLL_ADVISORIES_URL, PLIMSOLL_KEV_URL)')
    .addHelpText('after', '\nThe data folder is updated; a server that uses it takes the new advisories at once.')
    .action(async () => {
      const { advisoriesUrl, kevUrl } = context.config();
      await runAdvisoriesUpdate(context, { osvUrl: advisoriesUrl, kevUrl });
    });
}
