import picocolors from 'picocolors';
import type { Terminal } from '../../src/commands/output/terminal.ts';

/** A colourless terminal that keeps what is written to it. */
export function captureTerminal(options: { readonly width?: number; readonly secret?: string } = {}): {
  readonly terminal: Terminal;
  readonly written: { out: string; note: string };
} {
  const written = { out: '', note: '' };
  const colors = picocolors.createColors(false);
  const { secret } = options;
  const terminal: Terminal = {
    out(text) {
      written.out += text;
    },
    note(text) {
      written.note += text;
    },
    width: options.width,
    colors,
    noteColors: colors,
    showsProgress: false,
    askSecret: secret === undefined ? undefined : async () => secret,
  };
  return { terminal, written };
}
