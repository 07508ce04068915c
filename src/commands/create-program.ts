import { Command } from 'commander';
import { chooseCommands } from './choose-commands.ts';
import type { CommandContext } from './command-context.ts';
import { wrap } from './output/wrap.ts';
import { packageVersion } from './package-version.ts';

/** The commands that a command line needs, with their help; all of them without one, as the reference is written from. */
export async function createProgram(context: CommandContext, args?: readonly string[]): Promise<Command> {
  const { terminal } = context;
  const program = new Command('plimsoll')
    .description('Knows whether the container images in all your registries are safe to run.')
    .version(packageVersion())
    .option('--endpoint <url>', 'server to talk to (PLIMSOLL_ENDPOINT)')
    .option('--data-dir <folder>', 'data folder (PLIMSOLL_DATA_DIR)')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, ...(terminal.width ? { helpWidth: terminal.width } : {}) })
    .configureOutput({
      writeOut: (text) => terminal.out(wrapHelp(text, terminal.width)),
      writeErr: (text) => terminal.note(wrapHelp(text, terminal.width)),
    })
    .addHelpText(
      'after',
      `
Examples:
  plimsoll serve
  plimsoll registry add staging https://registry.example.com -u scanner
  plimsoll registry sync staging --wait
  plimsoll image list --latest
  plimsoll scan registry.example.com/team/app:1.2 --fail-on critical,kev`,
    );
  for (const each of chooseCommands(args)) {
    const isGroup = 'commands' in each;
    const parent = isGroup ? program.command(each.name).description(each.description) : program;
    for (const { load } of isGroup ? each.commands : [each]) (await load())(parent, context);
  }
  pointToHelp(program, program.name());
  return program;
}

/** After a wrong usage, where to read about this very command. */
function pointToHelp(command: Command, name: string): void {
  command.showHelpAfterError(`  fix: ${name} --help`);
  for (const child of command.commands) pointToHelp(child, `${name} ${child.name()}`);
}

const EXAMPLE = /^ +plimsoll /;

/** What commander leaves to the terminal: the texts below a help. Examples stay whole, to be copied. */
function wrapHelp(text: string, width: number | undefined): string {
  if (width === undefined) return text;
  const wrapped = (line: string) =>
    EXAMPLE.test(line) ? line : wrap(line, width, line.slice(0, line.length - line.trimStart().length));
  return text.split('\n').map(wrapped).join('\n');
}
