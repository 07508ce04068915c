import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { type MarkOptions, markHelp, markImages, shortText } from './mark-images.ts';

export function defineImageTrust(parent: Command, context: CommandContext): void {
  parent
    .command('trust')
    .description('mark images as trusted by hand, whatever their signatures say')
    .argument('<images...>', 'ids, digests or references')
    .option('--author <name>', 'who says so; default: the account of this machine', shortText)
    .option('--note <text>', 'why', shortText)
    .addHelpText('after', markHelp('plimsoll image trust shop/web:1.4 --note "built before we signed"'))
    .action((words: readonly string[], options: MarkOptions) => markImages(context, words, true, options));
}
