import type { Database } from './database.ts';
import type { SettingStore } from './store.ts';

export function createSettingStore({ read, write }: Database): SettingStore {
  return {
    get: async (name) =>
      (await read.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst())?.value,
    set: async (name, value) => {
      await write
        .insertInto('settings')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
    },
  };
}
