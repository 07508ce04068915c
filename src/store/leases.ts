import type { Database } from './database.ts';

/** What only one of many processes does at a time; a dead one's lease passes to another. */
export interface LeaseStore {
  /** Takes a lease, or renews it for its holder; false while somebody else holds it. */
  take(name: string, holder: string, now: Date, leaseMs: number): Promise<boolean>;
  /** Nothing happens where somebody else holds it. */
  release(name: string, holder: string): Promise<void>;
}

/** A lease so many times as long as ours was taken when the clock was ahead; whoever lives takes it again. */
const AHEAD = 10;

export function createLeaseStore({ write }: Pick<Database, 'write'>): LeaseStore {
  return {
    take: async (name, holder, now, leaseMs) => {
      const lease_until = now.getTime() + leaseMs;
      const taken = await write
        .insertInto('leases')
        .values({ name, holder, lease_until })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ holder, lease_until })
            .where((eb) =>
              eb.or([
                eb('leases.holder', '=', holder),
                eb('leases.lease_until', '<', now.getTime()),
                eb('leases.lease_until', '>', now.getTime() + AHEAD * leaseMs),
              ]),
            ),
        )
        .executeTakeFirst();
      return (taken.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    release: async (name, holder) => {
      await write.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute();
    },
  };
}
