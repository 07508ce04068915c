import type { Argument, Command, Option } from 'commander';
import { exitCodes } from '../../src/commands/command-failure.ts';
import { describeProgram } from './describe-program.ts';
import { cell } from './table-cell.ts';

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'done, nothing stands against it',
  error: 'an error; the message says what, where, why, and how to mend it',
  usage: 'wrong usage, a wrong setting, or a value that the server refuses',
  policy: '`scan --fail-on` found something',
  unauthenticated: 'not authenticated: by the server, or by the registry that `scan` or `registry test` asks',
  incomplete: 'incomplete: not everything could be known, so an empty list does not mean safe',
  interrupted: 'interrupted',
};

/**
 * docs/reference/commands.md: one page for all, since they are read by searching it, and few enough; a section holds what
 * `--help` of that command says.
 */
export async function renderCommands(): Promise<string> {
  let printed = '';
  const program = await describeProgram((text) => {
    printed += text;
  });
  /** Commander keeps the text below a help to itself: it is what is printed after all else. */
  const textBelow = (command: Command): string => {
    printed = '';
    command.outputHelp();
    return printed.slice(command.helpInformation().length);
  };
  const commands = leaves(program);
  const codes = Object.entries(exitCodes).map(([name, code]) => {
    const meaning = Object.hasOwn(meanings, name) ? meanings[name as keyof typeof exitCodes] : '';
    return `| ${code} | ${meaning} |`;
  });
  return `<!-- Written by \`npm run generate\` from src/commands. Do not edit. -->
# Commands

${program.description()} What stands here is what \`--help\` of each says. In a checkout,
\`npm run -s plimsoll --\` stands for \`plimsoll\`.

Results go to standard output, progress and advice to standard error. Progress is drawn and colour used on terminals only; \`NO_COLOR\`
turns colour off.

Some commands speak to a server, signed: \`image list\`, \`show\` and \`authorize\`, \`registry add\`, \`list\`, \`test\`, \`sync\` and \`remove\`,
\`task start\`, \`status\` and \`stop\`, \`runtime report\` and \`call\`. They run anywhere: set PLIMSOLL_ENDPOINT, PLIMSOLL_SECRET_ID and PLIMSOLL_SECRET_KEY.
All others work on this machine's data folder, or the database of PLIMSOLL_DATABASE_URL: run them with the settings of the server.

| command | does |
|---|---|
${commands.map((command) => `| [\`${nameOf(command)}\`](#${anchorOf(command)}) | ${cell(command.description())} |`).join('\n')}

Every command takes these, too:

${optionTable(program.options.filter((option) => option.attributeName() !== 'version'))}

## Exit codes

| code | meaning |
|---|---|
${codes.join('\n')}

${commands.map((command) => renderCommand(command, textBelow(command))).join('\n\n')}
`;
}

/** Commands that do something, in the order of the help. */
function leaves(command: Command): readonly Command[] {
  const children = command.commands.filter((child) => child.name() !== 'help');
  return children.flatMap((child) => (child.commands.length > 0 ? leaves(child) : [child]));
}

function renderCommand(command: Command, below: string): string {
  const parts = [
    `## ${nameOf(command)}`,
    sentence(command.description()),
    code(`${nameOf(command)} ${command.usage()}`),
    argumentTable(command.registeredArguments),
    optionTable(command.options),
    renderBelow(below),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

const nameOf = (command: Command): string =>
  command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();

/** As GitHub makes it from the heading. */
const anchorOf = (command: Command): string => nameOf(command).replaceAll(' ', '-');

function argumentTable(args: readonly Argument[]): string {
  if (args.length === 0) return '';
  const rows = args.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '…' : ''}`;
    return `| \`${name}\` | ${argument.required ? 'yes' : 'no'} | ${cell(argument.description)} |`;
  });
  return `| argument | required | meaning |\n|---|---|---|\n${rows.join('\n')}`;
}

function optionTable(options: readonly Option[]): string {
  if (options.length === 0) return '';
  const rows = options.map((option) => `| \`${option.flags.replaceAll('|', '\\|')}\` | ${meaningOf(option)} |`);
  return `| option | meaning |\n|---|---|\n${rows.join('\n')}`;
}

function meaningOf(option: Option): string {
  const choices = option.argChoices?.map((choice) => `\`${choice}\``).join(', ');
  const { defaultValue: fallback } = option;
  const details = [
    ...(choices ? [`one of ${choices}`] : []),
    ...(fallback === undefined ? [] : [`default \`${option.defaultValueDescription ?? String(fallback)}\``]),
  ];
  return `${cell(option.description)}${details.length > 0 ? `; ${details.join('; ')}` : ''}`;
}

/** Prose, then examples as code. */
function renderBelow(text: string): string {
  const [prose = '', examples = ''] = text.split(/^Examples?:\n/m);
  const lines = prose.trim().split('\n');
  const quoted = lines.some((line) => line.startsWith('  ')) ? code(prose.trim()) : prose.trim();
  return [quoted, examples.trim() === '' ? '' : code(unindented(examples), 'sh')]
    .filter((part) => part !== '')
    .join('\n\n');
}

const code = (text: string, language = '') => `\`\`\`${language}\n${text}\n\`\`\``;
const unindented = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .join('\n');
const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
