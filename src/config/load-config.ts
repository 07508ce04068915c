import type { z } from 'zod';
import { type Environment, type OptionalSetting, type Setting, type SettingKey, settings } from './settings.ts';

type ValueOf<S> = S extends { readonly schema: infer Schema extends z.ZodType }
  ? S extends { readonly fallback: unknown }
    ? z.output<Schema>
    : z.output<Schema> | undefined
  : never;

/** All settings, read and checked. Holds secrets in clear: never log it. */
export type Config = { readonly [K in SettingKey]: ValueOf<(typeof settings)[K]> };

/** One line per setting that is wrong: which variable, what is wrong, how to write it. */
export class InvalidConfig extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The settings are not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'InvalidConfig';
    this.problems = problems;
  }
}

/** Reads all settings; throws InvalidConfig with everything that is wrong at once. */
export function loadConfig(env: Environment): Config {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [key, setting] of Object.entries(settings)) {
    const text = textOf(setting, env);
    const parsed = text === undefined ? undefined : setting.schema.safeParse(text);
    if (parsed && !parsed.success) problems.push(describeProblem(setting, text ?? '', parsed.error));
    values[key] = parsed?.data;
  }
  problems.push(...unknownNames(env), ...contradictions(env));
  if (problems.length > 0) throw new InvalidConfig(problems);
  return values as Config; // each value came out of its own schema above
}

/** One row of `plimsoll config`. */
export interface SettingDescription {
  readonly name: string;
  /** As given or defaulted; `********` for a secret, '' when not set. */
  readonly value: string;
  readonly source: 'environment' | 'default' | 'not set';
  readonly fallback: string;
  readonly meaning: string;
}

/** What is set and where it came from, without reading any value: works for settings that are wrong, too. */
export function describeSettings(env: Environment): readonly SettingDescription[] {
  return allSettings().map((setting) => {
    const text = textOf(setting, env);
    const source = given(setting, env) ? 'environment' : text === undefined ? 'not set' : 'default';
    const fallback = setting.fallbackText ?? textOf(setting, {}) ?? '';
    return {
      name: setting.name,
      value: setting.secret && text ? '********' : (text ?? ''),
      source,
      fallback,
      meaning: setting.meaning,
    };
  });
}

function allSettings(): readonly (Setting<unknown> | OptionalSetting<unknown>)[] {
  return Object.values(settings);
}

function textOf(setting: Setting<unknown> | OptionalSetting<unknown>, env: Environment): string | undefined {
  return given(setting, env) || (typeof setting.fallback === 'function' ? setting.fallback(env) : setting.fallback);
}

const given = ({ name, alias = name }: Pick<Setting<unknown>, 'name' | 'alias'>, env: Environment) =>
  env[alias] || env[name];

function describeProblem(setting: { name: string; secret: boolean }, text: string, error: z.ZodError): string {
  const shown = setting.secret ? '' : `${JSON.stringify(text.slice(0, 100))} is not valid: `;
  return `${setting.name}: ${shown}${error.issues.map((issue) => issue.message).join('; ')}.`;
}

/** What Kubernetes sets in every container beside a service named `plimsoll`. */
const KUBERNETES_SERVICE = /^PLIMSOLL_(?:SERVICE|PORT)(?:_|$)/;

/** A misspelt variable would otherwise be ignored in silence. */
function unknownNames(env: Environment): readonly string[] {
  const known = allSettings().map((setting) => setting.name);
  return Object.keys(env)
    .filter((name) => name.startsWith('PLIMSOLL_') && !known.includes(name) && !commandVariables.includes(name))
    .filter((name) => !KUBERNETES_SERVICE.test(name))
    .map((name) => `${name}: no such setting; \`plimsoll config\` lists them all.`);
}

/** Variables that only a command reads. */
export const commandVariables: readonly string[] = ['PLIMSOLL_REGISTRY_PASSWORD'];

function contradictions(env: Environment): readonly string[] {
  const problems: string[] = [];
  const { secretId, secretKey, masterKey, masterKeyFile } = settings;
  if (Boolean(env[secretId.name]) !== Boolean(env[secretKey.name])) {
    problems.push(`${secretId.name} and ${secretKey.name}: give both, or neither to have a key generated.`);
  }
  if (env[masterKey.name] && env[masterKeyFile.name]) {
    problems.push(`${masterKey.name} and ${masterKeyFile.name}: give one of them.`);
  }
  return problems;
}
