import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { isQueryTooSlow } from '../../src/store/query-too-slow.ts';
import { describeEachEngine } from '../support/describe-each-engine.ts';

describeEachEngine('a query that takes too long', (fixture) => {
  let database: Database;
  beforeEach(() => {
    database = openDatabase(fixture.url, { querySeconds: 4 });
  });
  afterEach(() => database?.close());

  /** Counts for a minute. */
  const endless = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 400000000) select count(*) as n from n`;

  const ask = async (): Promise<unknown> => {
    try {
      return await endless.execute(database.read);
    } catch (error) {
      return error;
    }
  };

  test('is stopped, says so, and the next ones are answered', async () => {
    // As many as there are readers, and more: none of them may be lost for good.
    const answers = await Promise.all(Array.from({ length: 3 }, ask));

    expect(answers.map(isQueryTooSlow)).toEqual([true, true, true]);
    const { rows } = await sql<{ n: number }>`select 1 as n`.execute(database.read);
    expect(rows).toEqual([{ n: 1 }]);
  });

  test('is none of those that write: they end when they are done', async () => {
    const { rows } = await sql<{
      n: number;
    }>`with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000000)
      select count(*) as n from n`.execute(database.write);

    expect(rows).toEqual([{ n: 3_000_000 }]);
  });
});
