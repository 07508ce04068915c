import type { Command } from 'commander';
import { trustTexts } from '../model/trust.ts';
import type { TrustState } from '../store/trust.ts';
import type { CommandContext } from './command-context.ts';
import { findLocalImage, referenceOfImage } from './find-local-image.ts';
import { withLocalStore } from './open-local-store.ts';
import { outputOption } from './output/print-list.ts';
import { printable } from './output/table.ts';

const formats = ['table', 'json'] as const;

export function defineImageWhyTrusted(parent: Command, context: CommandContext): void {
  parent
    .command('why-trusted')
    .description('say whether an image is trusted, and by which signature or whose mark')
    .argument('<image>', 'id, digest or reference')
    .addOption(outputOption(formats))
    .addHelpText(
      'after',
      "\nIt reads the database of this machine's settings; no server is asked.\n\nExample:\n  plimsoll image why-trusted shop/web:1.4",
    )
    .action((word: string, { output }: { readonly output: (typeof formats)[number] }) =>
      withLocalStore(context, async (store) => {
        const image = await findLocalImage(store, word);
        const state = await store.trust.explain(image.id);
        if (!state) return;
        const name = referenceOfImage(image);
        const { trusted, verdict, mark } = state;
        const document = { image: name, digest: state.image.digest, trusted, verdict, mark };
        context.terminal.out(output === 'json' ? `${JSON.stringify(document, null, 2)}\n` : describe(name, state));
      }),
    );
}

function describe(name: string, { trusted, verdict, mark }: TrustState): string {
  const lines = [`${name} is ${trusted ? 'trusted' : 'not trusted'}.`];
  if (mark) {
    const note = mark.note === '' ? '' : `: ${mark.note}`;
    lines.push(`Marked as ${mark.trusted ? 'trusted' : 'not trusted'} by ${mark.author}, ${day(mark.markedAt)}${note}`);
  }
  if (verdict) {
    const detail = verdict.detail === '' ? '' : ` (${verdict.detail})`;
    lines.push(`${trustTexts[verdict.reason]}${detail}, as of ${day(verdict.checkedAt)}.`);
  } else lines.push('No trust policy speaks of it (PLIMSOLL_TRUST_POLICY), or no sync has looked since one does.');
  return lines.map((line) => `${printable(line)}\n`).join('');
}

const day = (at: Date) => `${at.toISOString().slice(0, 16)}Z`;
