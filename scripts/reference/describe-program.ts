import type { Command } from 'commander';
import picocolors from 'picocolors';
import type { CommandContext } from '../../src/commands/command-context.ts';
import { createProgram } from '../../src/commands/create-program.ts';
import { loadConfig } from '../../src/config/load-config.ts';

/** The commands as they are defined; none of them is run. `out` takes what their help prints. */
export function describeProgram(out: (text: string) => void): Promise<Command> {
  return createProgram({ ...nowhere, terminal: { ...nowhere.terminal, out } });
}

const colors = picocolors.createColors(false);

/** A process without streams, settings or time. */
const nowhere: CommandContext = {
  environment: () => ({}),
  config: () => loadConfig({}),
  terminal: {
    out: () => undefined,
    note: () => undefined,
    width: undefined,
    colors,
    noteColors: colors,
    showsProgress: false,
    askSecret: undefined,
  },
  signal: new AbortController().signal,
  now: () => new Date(0),
  readInput: async () => '',
};
