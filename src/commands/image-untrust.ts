import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { findLocalImage, referenceOfImage } from './find-local-image.ts';
import { type MarkOptions, markHelp, markImages, shortText } from './mark-images.ts';
import { withLocalStore } from './open-local-store.ts';

export function defineImageUntrust(parent: Command, context: CommandContext): void {
  parent
    .command('untrust')
    .description('mark images as not trusted by hand, or take back what was marked')
    .argument('<images...>', 'ids, digests or references')
    .option('--author <name>', 'who says so; default: the account of this machine', shortText)
    .option('--note <text>', 'why', shortText)
    .option('--forget', 'take the mark back: signatures decide again')
    .addHelpText('after', markHelp('plimsoll image untrust shop/web:1.4 --note "key was lost"'))
    .action((words: readonly string[], { forget, ...options }: MarkOptions & { readonly forget?: true }) =>
      forget ? takeBack(context, words) : markImages(context, words, false, options),
    );
}

async function takeBack(context: CommandContext, words: readonly string[]): Promise<void> {
  await withLocalStore(context, async (store) => {
    for (const word of words) {
      const image = await findLocalImage(store, word);
      const state = await store.trust.explain(image.id);
      const was = state ? await store.trust.unmark(state.image) : false;
      const name = referenceOfImage(image);
      context.terminal.out(was ? `The mark of ${name} is taken back.\n` : `${name} has no mark.\n`);
    }
  });
}
