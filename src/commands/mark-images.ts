import { userInfo } from 'node:os';
import { InvalidArgumentError } from 'commander';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { findLocalImage, referenceOfImage } from './find-local-image.ts';
import { withLocalStore } from './open-local-store.ts';

const MAX_TEXT = 500;

export interface MarkOptions {
  readonly author?: string;
  readonly note?: string;
}

/** Notes by hand, in the store of this machine, that images are trusted or not. */
export async function markImages(
  context: CommandContext,
  words: readonly string[],
  trusted: boolean,
  { author = accountName(), note = '' }: MarkOptions,
): Promise<void> {
  await withLocalStore(context, async (store) => {
    // All are found before one is marked.
    const images = [];
    for (const word of words) images.push(await findLocalImage(store, word));
    for (const image of images) {
      const state = await store.trust.explain(image.id);
      if (state) await store.trust.mark(state.image, { trusted, author, note });
      context.terminal.out(
        `${referenceOfImage(image)} is ${trusted ? 'trusted' : 'not trusted'}, as ${author} says.\n`,
      );
    }
  });
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    throw new CommandFailure('This machine has no name for the account that runs the command.', {
      exitCode: exitCodes.usage,
      fix: 'Say who you are: --author <name>.',
    });
  }
}

/** What people may write into a mark. */
export function shortText(text: string): string {
  if (text.length > MAX_TEXT) throw new InvalidArgumentError(`Write at most ${MAX_TEXT} characters.`);
  return text;
}

/** What the commands that mark have in common to say. */
export const markHelp = (example: string) => `
A mark belongs to what the image holds (its digest in its repository) and outlives its row.
It works on the database of this machine's settings; no server is asked.

Example:
  ${example}`;
