import { type Command, splitCommands } from './split-commands.ts';

/** A command by the name of its program. */
export interface ShellCommand {
  /** Without its folder: `curl`. */
  readonly name: string;
  readonly arguments: readonly string[];
  readonly piped: boolean;
  readonly within?: readonly string[];
}

const MAX_DEPTH = 3;
const MAX_COMMANDS = 20_000;
const SHELL = /^(?:ba|da|a|z|k)?sh$/;
/** They run what follows them. */
const wrappers = new Set(['sudo', 'env', 'exec', 'command', 'nohup', 'nice', 'time', 'xargs', 'eatmydata', 'builtin']);

/** The commands of a script, also those behind `sudo` and in `sh -c '…'`; the commands around them are there, too. */
export function readScript(script: string): readonly ShellCommand[] {
  const found: ShellCommand[] = [];
  collect(script, 0, found);
  return found;
}

function collect(script: string, depth: number, found: ShellCommand[]): void {
  for (const command of splitCommands(script)) {
    if (found.length >= MAX_COMMANDS) return;
    for (const each of unwrap(command)) found.push(each);
    const last = found.at(-1);
    const inner = last && SHELL.test(last.name) && depth < MAX_DEPTH ? scriptArgument(last.arguments) : undefined;
    if (inner !== undefined) collect(inner, depth + 1, found);
  }
}

/** `sudo -E curl x` is sudo and curl. */
function unwrap({ words, piped, within }: Command): readonly ShellCommand[] {
  const unwrapped: ShellCommand[] = [];
  let rest = words;
  for (let depth = 0; depth < MAX_DEPTH && rest[0] !== undefined; depth++) {
    const name = rest[0].slice(rest[0].lastIndexOf('/') + 1);
    unwrapped.push({ name, arguments: rest.slice(1), piped, ...(within ? { within } : {}) });
    if (!wrappers.has(name)) break;
    const next = rest.findIndex((word, index) => index > 0 && !word.startsWith('-') && !word.includes('='));
    if (next === -1) break;
    rest = rest.slice(next);
  }
  return unwrapped;
}

function scriptArgument(words: readonly string[]): string | undefined {
  const option = words.findIndex((word) => word.startsWith('-') && word.endsWith('c') && !word.startsWith('--'));
  return option === -1 ? undefined : words[option + 1];
}
