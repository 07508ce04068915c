import { mkdir } from 'node:fs/promises';
import { lockFolder } from '../advisories/lock-folder.ts';
import { CommandFailure } from './command-failure.ts';

/**
 * Claims a data folder for one server, until disposed of or killed; throws when another has it. A server takes over what was
 * under way in its SQLite file, so a second one would take the work out of the first one's hands.
 */
export async function claimDataFolder(dataDir: string): Promise<Disposable> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const taken = new AbortController();
  const failure = new CommandFailure(`Another Plimsoll server works on ${dataDir}.`, {
    fix: 'Stop it first, or give this one a data folder of its own: --data-dir (PLIMSOLL_DATA_DIR).',
  });
  return lockFolder(dataDir, () => taken.abort(failure), taken.signal, 'server.lock');
}
