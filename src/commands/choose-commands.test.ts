import { Command } from 'commander';
import { expect, test } from 'vitest';
import { chooseCommands } from './choose-commands.ts';
import type { CommandContext } from './command-context.ts';
import { commandList } from './command-list.ts';

const names = (args: readonly string[]) =>
  chooseCommands(args).map((each) =>
    'commands' in each ? [each.name, ...each.commands.map(({ name }) => name)].join(' ') : each.name,
  );

test.each([
  [['scan', 'x.tar'], ['scan']],
  [['--endpoint', 'scan', 'image', 'list', '--latest'], ['image list']],
  [['--data-dir=/x', 'key', 'create'], ['key create']],
  [['store'], ['store copy backup']],
  [['store', 'nonsense'], ['store copy backup']],
])('%j needs %j', (args, expected) => expect(names(args)).toEqual(expected));

test('the help of all needs no command of any group, and what is misspelt is compared with all', () => {
  for (const args of [[], ['--help'], ['imag', 'list']]) {
    expect(names(args)).toEqual(commandList.map(({ name }) => name));
  }
});

test('the version needs none', () => {
  expect(names(['--version'])).toEqual([]);
});

test('help for one command is found wherever it is', () => {
  expect(chooseCommands(['help', 'image', 'list'])).toBe(commandList);
});

test('every command is listed by its own name', async () => {
  const listed = commandList.flatMap((each) => ('commands' in each ? each.commands : [each]));
  for (const { name, load } of listed) {
    const parent = new Command();
    (await load())(parent, {} as CommandContext);
    expect(parent.commands.map((each) => each.name())).toEqual([name]);
  }
});
