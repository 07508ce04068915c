import type { Config } from '../config/load-config.ts';
import type { Environment } from '../config/settings.ts';
import type { Terminal } from './output/terminal.ts';

/** Everything a command may touch. */
export interface CommandContext {
  /** Environment, with the flags that stand for settings laid over it. */
  environment(): Environment;
  /** The settings, checked; `flags` are laid over the environment. */
  config(flags?: Environment): Config;
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** All of standard input. */
  readInput(): Promise<string>;
}
