import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { CommandFailure } from '../command-failure.ts';
import type { LoginFilePath } from './login-files.ts';

const MAX_BYTES = 1024 * 1024;

const text = z.string().nullish();
const LoginEntry = z.looseObject({
  auth: text,
  username: text,
  password: text,
  identitytoken: text,
  registrytoken: text,
});
export type LoginEntry = z.output<typeof LoginEntry>;

/** What of config.json and auth.json is about accounts. */
const LoginFile = z.looseObject({
  auths: z.record(z.string(), LoginEntry).nullish(),
  credsStore: text,
  credHelpers: z.record(z.string(), z.string()).nullish(),
});
export type LoginFile = z.output<typeof LoginFile>;

/** Undefined where there is none. @throws CommandFailure for one that cannot be read; its text is not in the message */
export async function readLoginFile({ path, isNamed }: LoginFilePath): Promise<LoginFile | undefined> {
  const content = await readBounded(path);
  if (content === undefined && isNamed) throw new CommandFailure('there is no such file');
  if (content === undefined) return undefined;
  const parsed = LoginFile.safeParse(parseJson(content));
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0]?.path.join('.') || 'the whole';
  throw new CommandFailure(`it is no file of docker login or podman login (${place})`);
}

async function readBounded(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new CommandFailure('it is no file');
    if (found.size > MAX_BYTES) throw new CommandFailure(`it is larger than ${MAX_BYTES} bytes`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new CommandFailure(`it cannot be read (${code})`, { cause: error });
  }
}

/** The message of JSON.parse quotes what it stumbles over, which may be a password. */
function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    throw new CommandFailure('it is no JSON');
  }
}
