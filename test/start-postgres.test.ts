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

test('it comes back where it was, with what was committed, after a shutdown and after a crash', async (context) => {
  const postgres = await startPostgres({ durable: true });
  if (postgres === undefined) return context.skip('no PostgreSQL on this machine');
  const query = async (text: string) => {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    const { rows } = await client.query(text);
    await client.end();
    return rows;
  };
  await query('create table kept (n integer)');

  await query('insert into kept values (1)');
  await postgres.restart('shut down');
  await query('insert into kept values (2)');
  await postgres.restart('kill');

  expect(await query('select n from kept order by n')).toEqual([{ n: 1 }, { n: 2 }]);
  await postgres.stop();
});
