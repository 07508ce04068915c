import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { openStore } from '../../src/store/open-store.ts';
import { describeEachEngine } from '../support/describe-each-engine.ts';
import { testVault } from '../support/open-test-store.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { startTestPlimsoll } from '../support/start-test-plimsoll.ts';
import { waitUntil } from '../support/wait-until.ts';

/** SQLite compares slower, and what is given up there goes on. */
const ROWS = { sqlite: 750, postgres: 4_000 };
const ROWS_PER_STATEMENT = 250;
const FILTERS = 50;
const VALUES = 100;
/** More than there are readers, and more than may be given up while they are still at work. */
const CALLS = 8;
const TAG = 'v'.repeat(128);

/** Rows that differ by their platform, which is what many cost least. */
async function fill(url: string, amount: number): Promise<void> {
  const store = await openStore({ url, vault: testVault, now: () => new Date() });
  const { id } = await store.registries.add(sampleRegistry('large'));
  await store.images.saveTags(id, 'team/app', [sampleTag(TAG, [sampleImage('one')])]);
  await store.close();
  const database = openDatabase(url);
  const { id: _, ...row } = await database.read.selectFrom('images').selectAll().executeTakeFirstOrThrow();
  for (let at = 0; at < amount; at += ROWS_PER_STATEMENT) {
    const rows = Array.from({ length: ROWS_PER_STATEMENT }, (_, each) => ({
      ...row,
      latest: 0,
      platform: `${at + each}`,
    }));
    await database.write.insertInto('images').values(rows).execute();
  }
  await database.close();
}

/** Fifty times a hundred parts of a tag, of which only the last is in it: every row costs five thousand comparisons. */
const slowQuestion = {
  Limit: 0,
  Filters: Array.from({ length: FILTERS }, (_, filter) => ({
    Name: 'ImageTag',
    Values: [...Array.from({ length: VALUES - 1 }, (_, value) => `vvv${filter}-${value}`), 'vvv'],
  })),
};

describeEachEngine('a question that takes longer than PLIMSOLL_QUERY_SECONDS', (fixture) => {
  test('is answered by RequestTimeout, also when many ask it at once, and the next ones are answered', {
    timeout: 120_000,
  }, async () => {
    const isPostgres = fixture.engine.name === 'postgres';
    const { sdk, dataDir, stop } = await startTestPlimsoll({
      PLIMSOLL_QUERY_SECONDS: '1',
      PLIMSOLL_ADVISORIES_URL: 'file:///nowhere',
      PLIMSOLL_KEV_URL: 'file:///nowhere/kev.json',
      ...(isPostgres ? { PLIMSOLL_DATABASE_URL: fixture.url } : {}),
    });
    onTestFinished(stop);
    const rows = ROWS[isPostgres ? 'postgres' : 'sqlite'];
    await fill(isPostgres ? fixture.url : `file:${join(dataDir, 'plimsoll.db')}`, rows);

    const answers = await Promise.allSettled(
      Array.from({ length: CALLS }, () => sdk.DescribeAssetImageRegistryList(slowQuestion)),
    );

    const codes = answers.map((answer) => (answer.status === 'rejected' ? answer.reason.code : answer.value));
    expect(codes).toEqual(Array.from({ length: CALLS }, () => 'InvalidParameter.RequestTimeout'));
    const next = await waitUntil(() => sdk.DescribeAssetImageRegistryList({ Limit: 1 }).catch(() => undefined));
    expect(next).toMatchObject({ TotalCount: rows + 1, List: [{ ImageTag: TAG }] });
  });
});
