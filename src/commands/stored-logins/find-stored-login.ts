import type { Environment } from '../../config/settings.ts';
import type { Reference } from '../../oci/parse-reference.ts';
import { CommandFailure } from '../command-failure.ts';
import { printable } from '../output/table.ts';
import { askCredentialHelper } from './ask-credential-helper.ts';
import { type Account, decodeAccount } from './decode-account.ts';
import { loginFiles } from './login-files.ts';
import { findByKey, helperKey } from './login-keys.ts';
import { type LoginFile, readLoginFile } from './read-login-file.ts';

interface Finding {
  readonly environment: Environment;
  /** Told where the account is from, and which file cannot be used and why; never anything secret. */
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

/** With it Podman says that accounts are in the file itself. */
const NO_HELPER = 'containers-auth.json';

/** The account that `docker login` or `podman login` keeps for an image; undefined where there is none. */
export async function findStoredLogin(reference: Reference, finding: Finding): Promise<Account | undefined> {
  for (const file of loginFiles(finding.environment)) {
    try {
      const content = await readLoginFile(file);
      const account = content && (await findIn(content, reference, finding));
      if (!account) continue;
      finding.note(printable(`The account for ${reference.registry} is that of ${file.path}.`).concat('\n'));
      return account;
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      const sentence = `${file.path} gives no account for ${reference.registry}: ${error.message}. The scan goes on without it; -u gives one.`;
      finding.note(printable(sentence).concat('\n'));
    }
  }
  return undefined;
}

/** A helper first, as Docker does; what it does not have may be in the file. */
async function findIn(file: LoginFile, reference: Reference, finding: Finding): Promise<Account | undefined> {
  const key = helperKey(reference);
  const helper = findByKey(file.credHelpers, reference) || file.credsStore;
  const held = helper && helper !== NO_HELPER ? await askCredentialHelper(helper, key, finding) : undefined;
  if (held) return held;
  const entry = findByKey(file.auths, reference);
  return entry && decodeAccount(entry, key);
}
