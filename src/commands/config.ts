import type { Command } from 'commander';
import { describeSettings, type SettingDescription } from '../config/load-config.ts';
import type { CommandContext } from './command-context.ts';
import { type ListFormat, outputOption, printList } from './output/print-list.ts';
import { type Column, printable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { wrap } from './output/wrap.ts';

export function defineConfig(parent: Command, context: CommandContext): void {
  parent
    .command('config')
    .description('show every setting, its value, where it comes from and what it means')
    .addOption(outputOption())
    .action((options: { readonly output: ListFormat }) => {
      const rows = describeSettings(context.environment());
      if (options.output === 'table')
        context.terminal.out(rows.map((row) => paragraph(row, context.terminal)).join(''));
      else
        printList(context.terminal, options.output, {
          rows,
          columns,
          name: (row) => row.name,
          json: (row) => row,
          empty: '',
        });
      context.config(); // says what is wrong, with exit code 2
    });
}

/** Meanings are sentences, and the point of this command: too long for a column of a table. */
function paragraph(row: SettingDescription, { width, colors }: Terminal): string {
  const { name, value, source, fallback, meaning } = row;
  const where = source === 'not set' && fallback ? `not set: ${fallback}` : source;
  const title = source === 'not set' ? name : `${name}=${printable(value)}`;
  const lines = wrap(`    ${meaning}`, width ?? Number.POSITIVE_INFINITY, '    ');
  return `${source === 'environment' ? colors.bold(title) : title}  ${colors.dim(`(${where})`)}\n${lines}\n`;
}

const columns: readonly Column<SettingDescription>[] = [
  { title: 'SETTING', text: (row) => row.name },
  { title: 'VALUE', text: (row) => row.value || '-', shrinkTo: 12 },
  {
    title: 'SOURCE',
    text: (row) => row.source,
    paint: (cell, row, colors) => (row.source === 'environment' ? colors.bold(cell) : cell),
  },
  { title: 'DEFAULT', text: (row) => row.fallback || '-', wide: true },
  { title: 'MEANING', text: (row) => row.meaning, shrinkTo: 20 },
];
