import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Config, InvalidConfig } from './load-config.ts';
import { createPrivateFile, readIfPresent } from './private-file.ts';
import { masterKey } from './setting-values.ts';
import { settings } from './settings.ts';

const KEY_BYTES = 32;

/**
 * The 32 bytes that encrypt secrets at rest: from PLIMSOLL_MASTER_KEY, PLIMSOLL_MASTER_KEY_FILE, or `master.key` in
 * the data folder, which is made at first start. Throws InvalidConfig when the named file is missing or wrong.
 */
export async function loadMasterKey(
  config: Pick<Config, 'masterKey' | 'masterKeyFile' | 'dataDir'>,
): Promise<Uint8Array> {
  if (config.masterKey) return config.masterKey;
  if (config.masterKeyFile) return parse(await readNamedFile(config.masterKeyFile), config.masterKeyFile);
  const path = join(config.dataDir, 'master.key');
  const text =
    (await readIfPresent(path)) ?? (await createPrivateFile(path, `${randomBytes(KEY_BYTES).toString('base64')}\n`));
  return parse(text, path);
}

async function readNamedFile(path: string): Promise<string> {
  const text = await readIfPresent(path);
  if (text !== undefined) return text;
  throw new InvalidConfig([
    `${settings.masterKeyFile.name}: ${path} does not exist. Restore it, or make a new key with \`openssl rand -base64 32\`; ` +
      'registry passwords stored with the old key must then be entered again.',
  ]);
}

function parse(text: string, path: string): Uint8Array {
  const parsed = masterKey.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidConfig([`The master key in ${path} is not valid: ${parsed.error.issues[0]?.message}.`]);
}
