import type { Command } from 'commander';
import { z } from 'zod';
import { ApiError } from '../api/protocol/api-error.ts';
import { unflatten } from '../api/protocol/unflatten.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { connectApi } from './connect-api.ts';

export function defineCall(parent: Command, context: CommandContext): void {
  parent
    .command('call')
    .description('call any action of the API, signed, and print its answer as JSON')
    .argument('<action>', 'such as DescribeAssetImageRegistryList')
    .argument('[parameters...]', 'one JSON object, - to read it from stdin, or --Name value …, nested with dots')
    .allowUnknownOption()
    .addHelpText(
      'after',
      `
Examples:
  plimsoll call DescribeAssetImageRegistryList --Limit 5 --Filters.0.Name ImageName --Filters.0.Values.0 web
  plimsoll call DescribeAssetImageRegistryList '{"Limit": 5, "OnlyShowLatest": true}'`,
    )
    .action(async (action: string, words: readonly string[]) => {
      const parameters = await readParameters(words, context);
      const api = await connectApi(context);
      const answer = await api.call(action, parameters, z.record(z.string(), z.unknown()));
      context.terminal.out(`${JSON.stringify(answer, null, 2)}\n`);
    });
}

async function readParameters(
  words: readonly string[],
  context: CommandContext,
): Promise<Readonly<Record<string, unknown>>> {
  const [first] = words;
  if (first === undefined) return {};
  if (first.startsWith('--')) return fromFlags(words);
  if (words.length > 1) throw wrong(`The parameters are one JSON object, but ${words.length} words were given.`);
  return fromJson(first === '-' ? await context.readInput() : first);
}

function fromJson(text: string): Readonly<Record<string, unknown>> {
  const parsed = z.record(z.string(), z.unknown()).safeParse(tryJson(text));
  if (parsed.success) return parsed.data;
  throw wrong('The parameters are not a JSON object.');
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `--Name value`, `--Name=value`, and `--Name` alone for true. */
function fromFlags(words: readonly string[]): Readonly<Record<string, unknown>> {
  const pairs: (readonly [string, string | boolean])[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('--') || word === '--') throw wrong(`A parameter must begin with --, not "${word}".`);
    const equals = word.indexOf('=');
    const next = words[at + 1];
    if (equals > 0) pairs.push([word.slice(2, equals), word.slice(equals + 1)]);
    else if (next === undefined || next.startsWith('--')) pairs.push([word.slice(2), true]);
    else {
      pairs.push([word.slice(2), next]);
      at++;
    }
  }
  try {
    return unflatten(pairs);
  } catch (error) {
    throw error instanceof ApiError ? wrong(error.message) : error;
  }
}

const wrong = (message: string) =>
  new CommandFailure(message, {
    exitCode: exitCodes.usage,
    fix: `Write plimsoll call <action> --Limit 5 --Filters.0.Name ImageName --Filters.0.Values.0 web, or '{"Limit": 5}'.`,
  });
