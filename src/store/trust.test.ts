import { expect, test } from 'vitest';
import { describeEachEngine } from '../../test/support/describe-each-engine.ts';
import { forgetLaterMigrations } from '../../test/support/forget-later-migrations.ts';
import { openTestStore } from '../../test/support/open-test-store.ts';
import { runSql } from '../../test/support/run-sql.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../../test/support/sample-images.ts';

describeEachEngine('a database from before trust', (fixture) => {
  test('keeps its registries and images, untrusted and unjudged, and takes marks', async () => {
    const { engine, store: before, url } = fixture;
    const { id } = await before.registries.add(sampleRegistry('old'));
    await before.images.saveTags(id, 'team/app', [sampleTag('v1', [sampleImage('old')])]);
    const [imageId = 0] = await before.images.select({ all: true });
    await forgetLaterMigrations(url);
    for (const column of ['connection_report', 'sync_choice'])
      await runSql(url, `alter table registries drop column ${column}`);
    for (const column of ['trust_reason', 'trust_detail', 'trust_policy', 'trust_checked_at'])
      await runSql(url, `alter table images drop column ${column}`);
    for (const table of ['trust_marks', 'advisory_files', 'advisory_pieces']) await runSql(url, `drop table ${table}`);
    await runSql(url, `delete from kysely_migration where name >= '0018'`);

    const { store } = await openTestStore(engine, url);

    try {
      const registry = await store.registries.get(id);
      expect(registry).toMatchObject({ name: 'old' });
      expect(registry).not.toHaveProperty('syncChoice');
      expect(registry).not.toHaveProperty('connectionReport');
      const state = (await store.trust.explain(imageId)) ?? expect.unreachable();
      expect(state).toEqual({ trusted: false, image: expect.objectContaining({ repository: 'team/app' }) });
      await store.trust.mark(state.image, { trusted: true, author: 'jo', note: '' });
      expect(await store.images.get(imageId)).toMatchObject({ trusted: true });
      expect(await store.images.totals(new Date(0))).toMatchObject({ untrusted: 0 });
    } finally {
      await store.close();
    }
  });

  test('an unknown image has no state', async () => {
    expect(await fixture.store.trust.explain(999_999)).toBeUndefined();
  });
});
