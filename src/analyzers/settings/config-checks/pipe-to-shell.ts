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
    sightSteps(image, (command, index, { commands }) => {
      if (!downloaders.has(command.name)) return false;
      return runsWithin(command) || runsAfter(commands, index);
    }),
};

/** `sh -c "$(curl …)"`, `bash <(curl …)`. */
function runsWithin({ within }: ShellCommand): boolean {
  const words = within?.filter((word) => word !== 'sudo' && !word.startsWith('-')) ?? [];
  return INTERPRETER.test(words[0]?.slice(words[0].lastIndexOf('/') + 1) ?? '');
}

/** `curl … | gunzip | sudo -E sh -`, and not `curl … | python3 -m json.tool`, which only reads it. */
function runsAfter(commands: readonly ShellCommand[], index: number): boolean {
  for (let at = index + 1; commands[at]?.piped; at++) {
    const next = commands[at];
    if (next && INTERPRETER.test(next.name) && readsProgram(next.arguments)) return true;
  }
  return false;
}

function readsProgram(words: readonly string[]): boolean {
  if (words.some((word) => OWN_PROGRAM.test(word))) return false;
  return words.includes('-') || words.includes('-s') || words.every((word) => word.startsWith('-'));
}
