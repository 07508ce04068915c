import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import type { ImageQuery } from '../../src/store/image-query.ts';
import { skipDays } from '../../src/store/skip-days.ts';
import type { Store } from '../../src/store/store.ts';
import { describeEachEngine } from '../support/describe-each-engine.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';

const DAY_MS = 86_400_000;
const everything: ImageQuery = {
  conditions: [],
  latestOnly: false,
  runningOnly: false,
  sort: { key: 'createdAt', direction: 'desc' },
  offset: 0,
  limit: 100,
};

describeEachEngine('shortcuts of the list', (fixture) => {
  const list = async (store: Store, repositories: readonly string[], builds: readonly (Date | undefined)[]) => {
    const { id } = await store.registries.add(sampleRegistry('one'));
    for (const repository of repositories) {
      const tags = builds.map((createdAt, at) =>
        sampleTag(`v${at}`, [sampleImage(`${repository} ${at}`, { createdAt })]),
      );
      await store.images.saveTags(id, repository, tags);
    }
  };

  test('a far page begins where it would without them, whatever is known of the times', async () => {
    const days = [undefined, -5 * DAY_MS, -1, 0, 1, DAY_MS - 1, DAY_MS, 20_000 * DAY_MS + 7, 20_000 * DAY_MS + 8];
    const builds = days.map((time) => (time === undefined ? undefined : new Date(time)));
    await list(fixture.store, ['app', 'team/web'], [...builds, undefined]);
    const database = openDatabase(fixture.url);
    const wrong = [];
    try {
      for (const direction of ['asc', 'desc'] as const) {
        const { rows } = await fixture.store.images.list({ ...everything, sort: { key: 'createdAt', direction } });
        for (let start = 0; start < rows.length; start++) {
          const limit = Math.min(3, rows.length - start);
          const skipped = await skipDays(database.read, everything, { direction, start, limit }, 0);
          const order = direction === 'asc' ? sql`asc nulls first, id asc` : sql`desc nulls last, id desc`;
          const page = await sql<{ id: number }>`select id from images where ${skipped.rest}
            order by created_at ${order} limit ${limit} offset ${start - skipped.rows}`.execute(database.read);
          const expected = rows.slice(start, start + limit).map(({ id }) => id);
          const found = page.rows.map(({ id }) => id);
          if (String(found) !== String(expected)) wrong.push({ direction, start, found, expected });
        }
      }
      const middle = await skipDays(database.read, everything, { direction: 'desc', start: 9, limit: 3 }, 0);
      expect(middle.rows).toBeGreaterThan(0);
    } finally {
      await database.close();
    }

    expect(wrong).toEqual([]);
  });

  test('a part of a name means its characters, also those that mean something to a search', async () => {
    await list(fixture.store, ['team/a_bc-tool', 'team/axbc-tool', 'team/a%bc"x', 'TEAM/Axbc', 'bücher'], [undefined]);
    const named = async (field: 'name' | 'namespace' | 'address', ...values: readonly string[]) => {
      const condition = { kind: 'text', field, match: 'contains', values } as const;
      const { rows, total } = await fixture.store.images.list({ ...everything, conditions: [condition] });
      expect(total).toBe(rows.length);
      return rows.map(({ repository }) => repository).sort();
    };

    expect(await named('name', 'a_bc')).toEqual(['team/a_bc-tool']);
    expect(await named('name', 'A%B')).toEqual(['team/a%bc"x']);
    expect(await named('name', 'bc"x')).toEqual(['team/a%bc"x']);
    expect(await named('name', 'AXBC')).toEqual(['TEAM/Axbc', 'team/axbc-tool']);
    expect(await named('name', 'team')).toEqual([]);
    expect(await named('name', 'nowhere', 'TOOL')).toEqual(['team/a_bc-tool', 'team/axbc-tool']);
    expect(await named('name', 'BÜC')).toEqual(['bücher']);
    expect(await named('namespace', 'eam')).toHaveLength(4);
    expect(await named('address', 'team/a_b')).toEqual(['team/a_bc-tool']);
  });

  test('counters of namespaces and days follow rows that go with their repository or registry', async () => {
    await list(fixture.store, ['team/app', 'web'], [new Date(DAY_MS)]);
    const { rows } = await fixture.store.images.list(everything);
    await fixture.store.images.removeUnseen(rows[0]?.registryId ?? 0, new Date(9e12), new Date(9e12));
    const { id } = await fixture.store.registries.add(sampleRegistry('two'));
    await fixture.store.images.saveTags(id, 'team/other', [sampleTag('v1', [sampleImage('other')])]);
    await fixture.store.registries.remove(id);
    const database = openDatabase(fixture.url);
    const left = [];
    for (const table of [
      'namespace_counts',
      'name_counts',
      'created_counts',
      'listed_counts',
      'os_counts',
      'image_states',
    ]) {
      const counted = await sql<{ n: number }>`select coalesce(sum(abs(n)), 0) as n from
        (select sum(amount) as n from ${sql.table(table)} ${table === 'namespace_counts' ? sql`group by namespace` : table === 'name_counts' ? sql`group by name` : sql``}) t`.execute(
        database.read,
      );
      left.push(Number(counted.rows[0]?.n));
    }
    await database.close();

    expect((await fixture.store.images.list(everything)).total).toBe(0);
    expect(left).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
