import { backup, DatabaseSync } from 'node:sqlite';

/**
 * Copies an SQLite store into a new file while servers go on writing: what was committed when it ends is in it.
 * `onPages` is told of pages done and of all. https://www.sqlite.org/backup.html
 */
export async function backupSqlite(
  path: string,
  to: string,
  onPages: (done: number, total: number) => void,
): Promise<void> {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    await backup(database, to, {
      rate: 100,
      progress: ({ totalPages, remainingPages }: { totalPages: number; remainingPages: number }) =>
        onPages(totalPages - remainingPages, totalPages),
    });
  } finally {
    database.close();
  }
}
