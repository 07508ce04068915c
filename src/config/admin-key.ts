import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { type Config, InvalidConfig } from './load-config.ts';
import { createPrivateFile, readIfPresent } from './private-file.ts';
import { secretId, secretKey } from './setting-values.ts';

/** A pair that signs API calls. */
export interface AdminKey {
  readonly secretId: string;
  readonly secretKey: string;
}

const KeyFile = z.object({ secretId, secretKey });

/** Where a generated admin key lies: JSON `{secretId, secretKey}`, mode 0600. */
export const adminKeyPath = (dataDir: string): string => join(dataDir, 'admin-key.json');

type KeySettings = Pick<Config, 'secretId' | 'secretKey' | 'dataDir'>;

/** What the commands sign with: the environment's pair, else the generated one; undefined when there is neither. */
export async function findAdminKey(config: KeySettings): Promise<AdminKey | undefined> {
  if (config.secretId && config.secretKey) return { secretId: config.secretId, secretKey: config.secretKey };
  const path = adminKeyPath(config.dataDir);
  const text = await readIfPresent(path);
  return text === undefined ? undefined : parse(text, path);
}

/** The first admin key, made when there is none; `created` says that it has to be shown, this once. */
export async function ensureAdminKey(config: KeySettings): Promise<AdminKey & { readonly created: boolean }> {
  const known = await findAdminKey(config);
  if (known) return { ...known, created: false };
  const made: AdminKey = {
    secretId: `PLIM${randomBytes(16).toString('hex')}`,
    secretKey: randomBytes(24).toString('base64url'),
  };
  const path = adminKeyPath(config.dataDir);
  const stored = parse(await createPrivateFile(path, `${JSON.stringify(made, null, 2)}\n`), path);
  return { ...stored, created: stored.secretId === made.secretId };
}

function parse(text: string, path: string): AdminKey {
  try {
    return KeyFile.parse(JSON.parse(text));
  } catch {
    // No `cause`: what JSON.parse says quotes the text, which is a secret.
    const help = `Remove it and start the server again: it makes a new key. Or set PLIMSOLL_SECRET_ID and PLIMSOLL_SECRET_KEY.`;
    throw new InvalidConfig([`The admin key in ${path} cannot be read. ${help}`]);
  }
}
