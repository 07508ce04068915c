import type { Database } from './database.ts';
import type { JobKind } from './store.ts';

/** What an operator watches; each is a look at a kept counter or a small table. */
export interface OperationFigures {
  readonly jobs: readonly {
    readonly kind: JobKind;
    readonly waiting: number;
    readonly running: number;
    /** Of the one that has been due for longest; 0 when none is. */
    readonly oldestSeconds: number;
  }[];
  readonly images: readonly { readonly status: string; readonly images: number }[];
  readonly registries: readonly { readonly syncStatus: string; readonly registries: number }[];
  /** By how their last check of the connection ended. */
  readonly connections: readonly { readonly status: string; readonly registries: number }[];
}

const kinds: readonly JobKind[] = ['sync', 'scan', 'export'];
/** Beyond it a queue is long, whatever its length. */
const MOST_COUNTED = 100_000;

export async function readOperationFigures({ read }: Pick<Database, 'read'>, now: Date): Promise<OperationFigures> {
  const jobs = await Promise.all(
    kinds.map(async (kind) => {
      const ofKind = read.selectFrom('jobs').where('kind', '=', kind);
      const waiting = ofKind.where('worker', 'is', null);
      const some = waiting.select('available_at').limit(MOST_COUNTED).as('some');
      const { total, oldest } = await read
        .selectFrom(some)
        .select(({ fn }) => [fn.countAll<number>().as('total'), fn.min('available_at').as('oldest')])
        .executeTakeFirstOrThrow();
      const { running } = await ofKind
        .where('worker', 'is not', null)
        .select(({ fn }) => fn.countAll<number>().as('running'))
        .executeTakeFirstOrThrow();
      const oldestSeconds = oldest === null ? 0 : Math.max(0, (now.getTime() - Number(oldest)) / 1_000);
      return { kind, waiting: Number(total), running: Number(running), oldestSeconds };
    }),
  );
  const images = await read
    .selectFrom('image_counts')
    .select(({ fn }) => ['scan_status as status', fn.sum<number>('amount').as('images')])
    .groupBy('scan_status')
    .execute();
  const registries = await read
    .selectFrom('registries')
    .select(({ fn }) => ['sync_status as syncStatus', fn.countAll<number>().as('registries')])
    .groupBy('sync_status')
    .execute();
  const connections = await read
    .selectFrom('registries')
    .select(({ fn }) => ['connection_status as status', fn.countAll<number>().as('registries')])
    .groupBy('connection_status')
    .execute();
  return {
    jobs,
    images: images.map(({ status, images: n }) => ({ status, images: Number(n) })),
    registries: registries.map(({ syncStatus, registries: n }) => ({ syncStatus, registries: Number(n) })),
    connections: connections.map(({ status, registries: n }) => ({ status, registries: Number(n) })),
  };
}
