import { sql } from 'kysely';
import { isQueryTooSlow } from '../../src/store/query-too-slow.ts';
import type { OpenEstate } from './open-estate.ts';
import { newestFirst, type StandardQuery } from './standard-queries.ts';
import type { Writer } from './write-steadily.ts';

const CALLERS = 16;
const CALLS_PER_TURN = 32;
/** One is a quick look, without the bare SQL. */
const TURNS = Number(process.env.PLIMSOLL_BENCH_TURNS ?? 4);
const BARE_CALLS = TURNS > 1 ? 2 : 0;
const ALONE_CALLS = 3;
const PAGE = 10;

export interface Measured {
  readonly query: StandardQuery;
  /** Milliseconds of each call. */
  readonly small: readonly number[];
  readonly large: readonly number[];
  /** The bare SQL for the page and its total, one call at a time, at the large size; and ours the same way. */
  readonly bare: readonly number[];
  readonly alone: readonly number[];
  /** Rows that match at the large size. */
  readonly total: number;
}

/** The total by the API's answer, which must be that of the bare SQL. Nobody may write meanwhile. */
export async function measureAlone(at: OpenEstate, query: StandardQuery) {
  const bare: Timed<number>[] = [];
  const alone: Timed<number>[] = [];
  for (let call = 0; call < BARE_CALLS; call++) bare.push(await timed(() => askBare(at, query)));
  for (let call = 0; call < ALONE_CALLS; call++) alone.push(await timed(() => ask(at, query)));
  const total = alone[0]?.result ?? 0;
  for (const { result } of [...bare, ...alone])
    if (result !== total) throw new Error(`"${query.name}" answers a total of ${total}, and then of ${result}`);
  return { bare: bare.map(toTime), alone: alone.map(toTime), total };
}

/** Sixteen callers ask the small and the large estate in turns, while the writer writes to the one that is asked. */
export async function measureTogether(small: OpenEstate, large: OpenEstate, query: StandardQuery, writer: Writer) {
  const times = { small: [] as number[], large: [] as number[] };
  const sides = { small, large };
  for (let turn = -1; turn < TURNS; turn++) {
    for (const side of turn % 2 === 0 ? (['small', 'large'] as const) : (['large', 'small'] as const)) {
      writer.turnTo(sides[side]);
      const turnTimes = await askByMany(() => ask(sides[side], query));
      if (turn >= 0) times[side].push(...turnTimes);
    }
  }
  writer.turnTo(undefined);
  return times;
}

async function askByMany(question: () => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  const caller = async () => {
    for (let call = 0; call < CALLS_PER_TURN / CALLERS; call++) times.push(toTime(await timed(question)));
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return times;
}

export interface Timed<T> {
  readonly milliseconds: number;
  readonly result: T;
}

const toTime = ({ milliseconds }: Timed<unknown>): number => milliseconds;

export async function timed<T>(work: () => Promise<T>): Promise<Timed<T>> {
  const start = performance.now();
  const result = await work();
  return { milliseconds: performance.now() - start, result };
}

/** The total of the answer. */
export async function ask({ client, estate }: OpenEstate, { action, input, total }: StandardQuery): Promise<number> {
  const answer = await client.call(action, input(estate));
  return Number(answer[total ?? 'TotalCount']);
}

/** Milliseconds of each call of sixteen callers, who stop with what they are beside. */
export async function callWhile(
  beside: Promise<unknown>,
  question: () => Promise<unknown>,
): Promise<readonly number[]> {
  let isOver = false;
  const times: number[] = [];
  const over = beside.finally(() => {
    isOver = true;
  });
  const caller = async () => {
    while (!isOver) times.push(toTime(await timed(question)));
  };
  await Promise.all([over, ...Array.from({ length: CALLERS }, caller)]);
  return times;
}

async function askBare({ database, estate }: OpenEstate, query: StandardQuery): Promise<number> {
  if (query.bare) return Number((await sql<{ n: number }>`${sql.raw(query.bare)}`.execute(database.write)).rows[0]?.n);
  const from = sql.raw(query.from(estate));
  const order = sql.raw(query.order ?? newestFirst);
  // Of what writes no query is stopped for its length.
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${from}`.execute(database.write);
  try {
    await sql`select images.* from ${from} order by ${order} limit ${PAGE} offset ${query.offset?.(estate) ?? 0}`.execute(
      database.read,
    );
  } catch (error) {
    if (!isQueryTooSlow(error)) throw error; // as slow as may be, at least
  }
  return Number(rows[0]?.n);
}
