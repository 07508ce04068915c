import { CommanderError } from 'commander';
import { loadConfig } from '../config/load-config.ts';
import { type Environment, settings } from '../config/settings.ts';
import type { CommandContext } from './command-context.ts';
import { exitCodes } from './command-failure.ts';
import { createProgram } from './create-program.ts';
import { describeFailure, renderFailure } from './describe-failure.ts';

/** The process as commands see it. */
export interface CommandLine extends Pick<CommandContext, 'terminal' | 'signal' | 'now' | 'readInput'> {
  readonly env: Environment;
}

interface GlobalOptions {
  readonly dataDir?: string;
  readonly endpoint?: string;
}

/** Runs one command line and returns its exit code; never throws. */
export async function runCommandLine(args: readonly string[], line: CommandLine): Promise<number> {
  const flags: Record<string, string> = {};
  const environment = (): Environment => ({ ...line.env, ...flags });
  const context: CommandContext = {
    ...line,
    environment,
    config: (more = {}) => loadConfig({ ...environment(), ...more }),
  };
  const program = await createProgram(context, args);
  program.hook('preAction', () => {
    const { dataDir, endpoint } = program.opts<GlobalOptions>();
    if (dataDir !== undefined) flags.PLIMSOLL_DATA_DIR = dataDir;
    if (endpoint !== undefined) flags.PLIMSOLL_ENDPOINT = endpoint;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const failure = describeFailure(error, {
      aborted: line.signal.aborted,
      endpoint: environment().PLIMSOLL_ENDPOINT || settings.endpoint.fallback,
    });
    line.terminal.note(renderFailure(failure, line.terminal.noteColors, line.terminal.width));
    return failure.exitCode;
  }
}
