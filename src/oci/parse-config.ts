import { z } from 'zod';
import { AppError } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import { describeBadDigest, isDigest } from './parse-digest.ts';
import { parseJson } from './parse-json.ts';
import { isPlatformWord } from './platform.ts';

/** How one layer, or an empty step, was made. */
export interface HistoryEntry {
  readonly created?: Date;
  readonly createdBy: string;
  readonly comment: string;
  /** The step changed no file, so no layer belongs to it. */
  readonly emptyLayer: boolean;
}

/** What a container of the image starts with. */
export interface ContainerSettings {
  readonly user: string;
  /** `NAME=value` */
  readonly env: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly shell: readonly string[];
  readonly onBuild: readonly string[];
  /** `8080/tcp` */
  readonly exposedPorts: readonly string[];
  readonly volumes: readonly string[];
  readonly workingDir: string;
  readonly stopSignal: string;
  /** Docker's extension; its Test, such as `['CMD-SHELL', 'curl …']`; absent when the image has no health check. */
  readonly healthcheck?: readonly string[];
}

/** The config of an image: https://github.com/opencontainers/image-spec/blob/main/config.md */
export interface OciImageConfig {
  /** Build time; absent when the image does not say (also Go's zero time). */
  readonly created?: Date;
  /** '' when the config does not say. */
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
  readonly author: string;
  /** Digests of the uncompressed layers, lowest first. */
  readonly diffIds: readonly Digest[];
  readonly history: readonly HistoryEntry[];
  readonly config: ContainerSettings;
}

/** Configs hold history and labels, not content; the largest seen in the wild are well under a megabyte. */
export const MAX_CONFIG_BYTES = 8 * 1024 ** 2;
const MAX_HISTORY = 10_000;
// https://www.rfc-editor.org/rfc/rfc3339; Date.parse alone reads "build 7" as July 2001.
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,30})?(?:Z|[+-]\d\d:\d\d)$/;

const string = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const word = string.refine((value) => value === '' || isPlatformWord(value), 'not a word of a platform');
const strings = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
// Before 1.10 Docker wrote a bare string for a shell command.
const command = z
  .union([z.array(z.string()), z.string()])
  .nullish()
  .transform((value) => (typeof value === 'string' ? [value] : (value ?? [])));
const keys = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => Object.keys(value ?? {}));
const labels = z
  .record(z.string(), z.string().nullable())
  .nullish()
  .transform((value) => Object.fromEntries(Object.entries(value ?? {}).map(([name, label]) => [name, label ?? ''])));
const digest = z.string().transform((value, context): Digest => {
  if (isDigest(value)) return value;
  context.addIssue(describeBadDigest(value));
  return z.NEVER;
});

const containerSettings = z
  .object({
    User: string,
    Env: strings,
    Labels: labels,
    Entrypoint: command,
    Cmd: command,
    Shell: strings,
    OnBuild: strings,
    ExposedPorts: keys,
    Volumes: keys,
    WorkingDir: string,
    StopSignal: string,
    Healthcheck: z.object({ Test: strings }).nullish(),
  })
  .transform(
    (value): ContainerSettings => ({
      user: value.User,
      env: value.Env,
      labels: value.Labels,
      entrypoint: value.Entrypoint,
      cmd: value.Cmd,
      shell: value.Shell,
      onBuild: value.OnBuild,
      exposedPorts: value.ExposedPorts,
      volumes: value.Volumes,
      workingDir: value.WorkingDir,
      stopSignal: value.StopSignal,
      ...(value.Healthcheck ? { healthcheck: value.Healthcheck.Test } : {}),
    }),
  );

const Config = z.object({
  created: string,
  os: word,
  architecture: word,
  variant: word,
  'os.version': word,
  author: string,
  rootfs: z.object({ diff_ids: z.array(digest).nullish() }).nullish(),
  history: z
    .array(
      z.object({
        created: string,
        created_by: string,
        comment: string,
        empty_layer: z.boolean().nullish(),
      }),
    )
    .nullish(),
  config: containerSettings.nullish(),
});

/**
 * Reads an image config; absent and null fields become empty ones, wrong types are errors.
 * @param subject names the image in messages, such as its digest
 * @throws AppError `manifest-unsupported`, `limit-exceeded`
 */
export function parseConfig(body: Uint8Array, subject: string): OciImageConfig {
  const what = `image config ${subject}`;
  if (body.byteLength > MAX_CONFIG_BYTES) {
    throw new AppError('limit-exceeded', `The ${what} is larger than ${MAX_CONFIG_BYTES} bytes.`);
  }
  const value = parseJson(body, Config, what);
  const history = value.history ?? [];
  if (history.length > MAX_HISTORY)
    throw new AppError('limit-exceeded', `The ${what} has more than ${MAX_HISTORY} history entries.`);
  return {
    ...timeField(value.created),
    os: value.os,
    architecture: value.architecture,
    ...(value.variant === '' ? {} : { variant: value.variant }),
    ...(value['os.version'] === '' ? {} : { osVersion: value['os.version'] }),
    author: value.author,
    diffIds: value.rootfs?.diff_ids ?? [],
    history: history.map((entry) => ({
      ...timeField(entry.created),
      createdBy: entry.created_by,
      comment: entry.comment,
      emptyLayer: entry.empty_layer ?? false,
    })),
    config: value.config ?? containerSettings.parse({}),
  };
}

function timeField(text: string): { created?: Date } {
  const upper = text.toUpperCase();
  const time = TIME.test(upper) ? Date.parse(upper) : Number.NaN;
  // Go writes its zero time, 0001-01-01, where nothing was set.
  return Number.isNaN(time) || time < 0 ? {} : { created: new Date(time) };
}
