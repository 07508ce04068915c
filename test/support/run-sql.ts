import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';

/** Runs a statement on a store's database, for states that nothing of ours produces yet. `url` as in `openStore`. */
export async function runSql(url: string, statement: string): Promise<void> {
  if (url.startsWith('file:')) {
    const database = new DatabaseSync(url.slice('file:'.length));
    database.exec(statement);
    database.close();
    return;
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}
