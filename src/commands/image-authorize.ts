import type { Command } from 'commander';
import { Done } from './api-answers.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { connectApi } from './connect-api.ts';
import { findImage } from './find-image.ts';
import { countOf } from './output/count-of.ts';

const EVERY_IMAGE = 4_000_000_000; // the action wants a cap; this one is above any list

export function defineImageAuthorize(parent: Command, context: CommandContext): void {
  parent
    .command('authorize')
    .description('let images be scanned')
    .argument('[images...]', 'ids, digests or references')
    .option('--all', 'every image that is listed now')
    .addHelpText(
      'after',
      `
Only authorised images are scanned. Images that are listed later are not authorised: registry add --scan does that for
the newest image of each repository, after each sync.

Examples:
  plimsoll image authorize --all
  plimsoll image authorize team/app:1.2`,
    )
    .action(async (words: readonly string[], options: { readonly all?: true }) => {
      if (words.length === 0 && !options.all) {
        throw new CommandFailure('Which images?', { exitCode: exitCodes.usage, fix: 'Name some, or give --all.' });
      }
      const api = await connectApi(context);
      const ids: string[] = [];
      for (const word of options.all ? [] : words) ids.push(String((await findImage(api, word)).Id));
      const parameters = {
        AllLocalImages: false,
        AllRegistryImages: options.all === true,
        RegistryImageIds: ids,
        UpdatedLocalImageCnt: 0,
        UpdatedRegistryImageCnt: options.all ? EVERY_IMAGE : ids.length,
        ImageSourceType: 'ASSETIMAGE',
      };
      await api.call('ModifyImageAuthorized', parameters, Done);
      context.terminal.out(
        options.all ? 'Every image may be scanned.\n' : `${countOf(ids.length, 'image')} may be scanned.\n`,
      );
      context.terminal.note(`Next: plimsoll task start ${options.all ? '--all' : words.join(' ')} --wait\n`);
    });
}
