import pg from 'pg';
import { expect, test } from 'vitest';
import { startPostgres } from './support/start-postgres.ts';

test('a private PostgreSQL answers on its url and is gone after stop', async (context) => {
  const postgres = await startPostgres();
  if (postgres === undefined) return context.skip('no PostgreSQL on this machine');

  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  const answer = await client.query("SELECT current_setting('fsync') AS fsync");
  await client.end();
  await postgres.stop();

  expect(answer.rows).toEqual([{ fsync: 'off' }]);
  await expect(new pg.Client({ connectionString: postgres.url }).connect()).rejects.toThrow();
});
