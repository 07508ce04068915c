import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { describeEachEngine } from '../../test/support/describe-each-engine.ts';
import { openDatabase } from './database.ts';
import { inspectDatabase } from './inspect-database.ts';
import { migrate, migrations, type SchemaVersion } from './migrate.ts';
import { openStore } from './open-store.ts';
import { createVault } from './vault.ts';

const newest = Object.keys(migrations).toSorted().at(-1) ?? '';

/** A version after ours, which adds a column. */
const later = (oldestCode: string): SchemaVersion => ({
  migrations: {
    ...migrations,
    '9998-later': () => ({ up: (db) => db.schema.alterTable('settings').addColumn('later', 'text').execute() }),
  },
  oldestCode,
});

describeEachEngine('a database of a later version', (fixture) => {
  const upgrade = async (oldestCode: string) => {
    const database = openDatabase(fixture.url);
    await migrate(database, later(oldestCode));
    await database.close();
  };
  const open = () => openStore({ url: fixture.url, vault: createVault(randomBytes(32)), now: () => new Date() });

  test('is worked on when it says that our code may', async () => {
    await upgrade(newest);

    const opened = await open();
    await opened.settings.set('a', 'b');
    expect(await opened.settings.get('a')).toBe('b');
    await opened.close();
    await expect(fixture.store.checkSchema()).resolves.toBeUndefined();
    expect(await inspectDatabase(fixture.url)).toEqual({ pending: [] });
  });

  test('is refused when it says that only later code may, and whoever works on it notices', async () => {
    await upgrade('9998-later');

    await expect(open()).rejects.toThrow(/9998-later.*works with code from 9998-later on/);
    await expect(inspectDatabase(fixture.url)).rejects.toThrow(/9998-later/);
    await expect(fixture.store.checkSchema()).rejects.toThrow(/9998-later/);
  });

  test('is refused when it says nothing', async () => {
    await upgrade(newest);
    const database = openDatabase(fixture.url);
    await database.write.deleteFrom('settings').where('name', '=', 'schema-works-from').execute();
    await database.close();

    await expect(open()).rejects.toThrow(/does not say what else works on it/);
  });

  test('is not brought further by code that goes another way', async () => {
    await upgrade(newest);
    const database = openDatabase(fixture.url);
    const other = { migrations: { ...migrations, '9999-other': () => ({ up: async () => {} }) }, oldestCode: newest };

    await expect(migrate(database, other)).rejects.toThrow(/9998-later/);
    await database.close();
  });
});
