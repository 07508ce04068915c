import type { Database } from './database.ts';

/** A lease in the target of a copy while it is not complete; leases are not copied. */
export const COPYING_FROM = 'copying-from';

/** @throws Error where a copy into this database has begun and not ended */
export async function refuseHalfCopied({ read }: Pick<Database, 'read'>): Promise<void> {
  const mark = await read.selectFrom('leases').select('name').where('name', '=', COPYING_FROM).executeTakeFirst();
  if (mark) throw new Error('it holds a part of a store only: run the same `plimsoll store copy` again to its end');
}
