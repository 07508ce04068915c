import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 200;

/**
 * Waits until no other holder of this lock, in this or another process, works in the folder; dispose of it to let go. An exclusive
 * lock on an otherwise empty SQLite file: unlike a lock file, the system lets go of it when its holder is killed.
 */
export async function lockFolder(
  folder: string,
  onWait: () => void,
  signal: AbortSignal,
  file = 'update.lock',
): Promise<Disposable> {
  const database = new DatabaseSync(join(folder, file), { timeout: 0 });
  try {
    for (let waited = false; !tryLock(database); waited = true) {
      if (!waited) onWait();
      await sleep(POLL_MS, undefined, { signal });
    }
  } catch (error) {
    database.close();
    signal.throwIfAborted();
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes('database is locked')) return false;
    throw error;
  }
}
