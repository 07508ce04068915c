import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { describeFailure } from './describe-failure.ts';
import { advisories } from './doctor/advisories.ts';
import { dataFolder } from './doctor/data-folder.ts';
import { database } from './doctor/database.ts';
import type { Condition, Diagnosis, Examination, Examined } from './doctor/examination.ts';
import { malwareEngines } from './doctor/malware-engines.ts';
import { nodeVersion } from './doctor/node-version.ts';
import { server } from './doctor/server.ts';
import { trustPolicy } from './doctor/trust-policy.ts';
import { countOf } from './output/count-of.ts';
import { outputOption } from './output/print-list.ts';
import { printable } from './output/table.ts';
import type { Colors, Terminal } from './output/terminal.ts';
import { wrap } from './output/wrap.ts';

const examinations: readonly Examination[] = [
  nodeVersion,
  dataFolder,
  database,
  advisories,
  malwareEngines,
  trustPolicy,
  server,
];
const formats = ['table', 'json'] as const;
const TIMEOUT_MS = 30_000;
const GAP = '  ';

export function defineDoctor(parent: Command, context: CommandContext): void {
  parent
    .command('doctor')
    .description('check this installation, and say how to mend what is wrong')
    .addOption(outputOption(formats))
    .addHelpText(
      'after',
      `
Looks at Node.js, the data folder, the database, advisories, malware engines with their signatures and rules, the trust policy,
and the server, if one runs. It changes nothing. Exits 1 when something is broken; warnings do not fail. Registries: plimsoll registry test.

Examples:
  plimsoll doctor
  plimsoll doctor -o json`,
    )
    .action((options: { readonly output: (typeof formats)[number] }) => examineAll(context, options.output));
}

async function examineAll(context: CommandContext, format: (typeof formats)[number]): Promise<void> {
  const { terminal } = context;
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const examined = { config: context.config(), now: context.now(), signal };
  const diagnoses = (await Promise.all(examinations.map((each) => examine(each, examined)))).flat();
  context.signal.throwIfAborted();
  terminal.out(format === 'json' ? `${JSON.stringify(diagnoses, null, 2)}\n` : renderDiagnoses(diagnoses, terminal));
  const broken = diagnoses.filter(({ condition }) => condition === 'broken');
  if (broken.length > 0) {
    throw new CommandFailure(
      `${countOf(broken.length, 'thing is', 'things are')} broken: ${broken.map(({ part }) => part).join(', ')}.`,
    );
  }
}

/** A part that cannot be looked at at all is broken, and the others are looked at nevertheless. */
async function examine({ part, examine: look }: Examination, examined: Examined): Promise<readonly Diagnosis[]> {
  const { signal } = examined;
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new CommandFailure('It did not answer in time.')), { once: true });
  });
  try {
    return await Promise.race([look(examined), late]);
  } catch (error) {
    const { message, fix } = describeFailure(error, { aborted: false });
    return [{ part, condition: 'broken', detail: message, ...(fix ? { fix } : {}) }];
  }
}

/** A line for each, and below it how to mend it. */
function renderDiagnoses(diagnoses: readonly Diagnosis[], { width, colors }: Terminal): string {
  const longest = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length));
  const conditionWidth = longest(diagnoses.map(({ condition }) => condition));
  const partWidth = longest(diagnoses.map(({ part }) => part));
  const indent = ' '.repeat(conditionWidth + partWidth + 2 * GAP.length);
  const fitted = (text: string) => (width === undefined ? text : wrap(text, width, indent));
  return diagnoses
    .map(({ part, condition, detail, fix }) => {
      const head = `${condition.padEnd(conditionWidth)}${GAP}${printable(part).padEnd(partWidth)}${GAP}`;
      const line = fitted(`${head}${printable(detail)}`).replace(condition, paint(condition, colors));
      return fix ? `${line}\n${fitted(`${indent}fix: ${printable(fix)}`)}\n` : `${line}\n`;
    })
    .join('');
}

function paint(condition: Condition, colors: Colors): string {
  if (condition === 'broken') return colors.bold(colors.red(condition));
  if (condition === 'warning') return colors.yellow(condition);
  return condition === 'ok' ? colors.green(condition) : colors.dim(condition);
}
