import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { actions } from '../src/api/actions/index.ts';
import { reportRunningContainers } from '../src/api/report-running-containers.ts';
import { runCommandLine } from '../src/commands/run-command-line.ts';
import { captureTerminal } from './support/capture-terminal.ts';

const root = join(import.meta.dirname, '..');
const pages = [...markdownIn('.'), ...markdownIn('docs', { recursive: true })];
const COMMAND = /(?:^|`)\s*(?:npm run (?:-s )?plimsoll --|plimsoll) ([a-z][^`#\n<[]*)/gm;

test.for(pages)('links of %s lead somewhere', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  const links = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');

  expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
});

test.for(pages)('commands that %s shows are known, with their options', async (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  const commands = new Set([...text.matchAll(COMMAND)].map((match) => (match[1] ?? '').trim()));

  for (const command of commands) expect(await complaint(command), command).toBe('');
});

test('every action has a page, and every page an action, that the overview links', () => {
  const names = [...actions, reportRunningContainers].map((action) => `${action.name}.md`);
  const overview = readFileSync(join(root, 'docs/reference/README.md'), 'utf8');

  expect(readdirSync(join(root, 'docs/reference/actions')).sort()).toEqual([...names].sort());
  for (const name of names) expect(overview).toContain(`(actions/${name})`);
});

/** What the parser has against a command; it is asked for help, so that nothing runs. */
async function complaint(command: string): Promise<string> {
  const { terminal, written } = captureTerminal();
  const words = command.split(/\s+/);
  const noun = words.filter((word) => !word.startsWith('-')).slice(0, 2);
  const line = {
    env: {},
    terminal,
    signal: new AbortController().signal,
    now: () => new Date(),
    readInput: async () => '',
  };
  await runCommandLine([...noun, '--help'], line);
  const missing = words.filter((word) => /^--?[a-z]/.test(word)).filter((option) => !written.out.includes(option));
  if (!written.out.startsWith('Usage: plimsoll')) return written.note || 'no such command';
  // A group answers an unknown subcommand with its own help, which lists commands.
  const known =
    written.out.startsWith(`Usage: plimsoll ${noun[0]}`) && (noun.length < 2 || !written.out.includes('\nCommands:'));
  return known && missing.length === 0 ? '' : `${known ? 'unknown options' : 'no such command'} ${missing.join(' ')}`;
}

function markdownIn(folder: string, options: { readonly recursive?: true } = {}): readonly string[] {
  return readdirSync(join(root, folder), { encoding: 'utf8', ...options })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}
