import type { Command } from 'commander';
import { describeSettings, type SettingDescription } from '../config/load-config.ts';
import type { CommandContext } from './command-context.ts';
import { type ListFormat, outputOption, printList } from './output/print-list.ts';
import type { Column } from './output/table.ts';

export function defineConfig(parent: Command, context: CommandContext): void {
  parent
    .command('config')
    .description('show every setting, its value, where it comes from and what it means')
    .addOption(outputOption())
    .action((options: { readonly output: ListFormat }) => {
      printList(context.terminal, options.output, {
        rows: describeSettings(context.environment()),
        columns,
        name: (row) => row.name,
        json: (row) => row,
        empty: '',
      });
      context.config(); // says what is wrong, with exit code 2
    });
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
