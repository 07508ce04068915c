import type { ConfigCheck } from '../config-check.ts';
import type { ShellCommand } from '../read-script.ts';
import { sightSteps } from '../sight-steps.ts';

const downloaders = new Set(['curl', 'wget', 'fetch', 'aria2c', 'http']);
const INTERPRETER = /^(?:(?:ba|da|a|z|k)?sh|python[\d.]{0,5}|perl|ruby|node|php|source|\.|eval)$/;
/** `-c`, `-m`, `-e`, `-ne`: the program is in the words. */
const OWN_PROGRAM = /^-[a-zA-Z]{0,6}[cmenr]$/;

export const pipeToShell: ConfigCheck = {
  id: 'PLI-DI-0003',
  title: 'What was downloaded is run at once',
  severity: 'medium',
  behavior: 'build',
  solution: 'Save it, compare its checksum or signature, and run it then',
  check: (image) =>
    sightSteps(image, (commands) => {
      const piped = pipedToInterpreter(commands);
      return commands.filter((command) => downloaders.has(command.name) && (piped.has(command) || runsWithin(command)));
    }),
};

/** `sh -c "$(curl …)"`, `bash <(curl …)`. */
function runsWithin({ within }: ShellCommand): boolean {
  const words = within?.filter((word) => word !== 'sudo' && !word.startsWith('-')) ?? [];
  return INTERPRETER.test(words[0]?.slice(words[0].lastIndexOf('/') + 1) ?? '');
}

/** Those before an interpreter: `curl … | gunzip | sudo -E sh -`, and not `curl … | python3 -m json.tool`, which only reads it. */
function pipedToInterpreter(commands: readonly ShellCommand[]): ReadonlySet<ShellCommand> {
  const found = new Set<ShellCommand>();
  let runs = false;
  for (const command of commands.toReversed()) {
    if (runs) found.add(command);
    runs = command.piped && (runs || (INTERPRETER.test(command.name) && readsProgram(command.arguments)));
  }
  return found;
}

function readsProgram(words: readonly string[]): boolean {
  if (words.some((word) => OWN_PROGRAM.test(word))) return false;
  return words.includes('-') || words.includes('-s') || words.every((word) => word.startsWith('-'));
}
