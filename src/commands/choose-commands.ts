import { commandList, type ListedCommand, type ListedGroup } from './command-list.ts';

/** Of a command, or of a group with those of its commands that are needed. */
export type Chosen = ListedCommand | ListedGroup;

/** Options before a command that take a value. */
const WITH_VALUE: readonly string[] = ['--endpoint', '--data-dir'];
const VERSION: readonly string[] = ['-V', '--version'];

/**
 * What has to be loaded to run a command line, or to say what is wrong with it: one command where it names one, all of a group
 * where it names that, and for the help of all what it shows. `undefined`: everything, down to the last command.
 */
export function chooseCommands(args: readonly string[] | undefined): readonly Chosen[] {
  if (!args) return commandList;
  const [first = '', second = ''] = wordsOf(args);
  if (first === '' && args.some((each) => VERSION.includes(each))) return [];
  const listed = commandList.find(({ name }) => name === first);
  if (first === 'help') return commandList;
  if (!listed) return commandList.map((each) => ('commands' in each ? { ...each, commands: [] } : each));
  if (!('commands' in listed)) return [listed];
  const command = listed.commands.find(({ name }) => name === second);
  return [command ? { ...listed, commands: [command] } : listed];
}

function wordsOf(args: readonly string[]): readonly string[] {
  return args.filter((each, at) => !each.startsWith('-') && !WITH_VALUE.includes(args[at - 1] ?? ''));
}
