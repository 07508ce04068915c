import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';

/** One compilation as a whole. */
export interface SharedFile {
  /** AdvisorySnapshot.id */
  readonly snapshot: string;
  /** Of the file; versions of Plimsoll that read another one do not see it. */
  readonly format: number;
  /** Hex, of all pieces together as they were before they were packed. */
  readonly sha256: string;
  readonly compiledAt: Date;
  /** When the feeds were last asked. */
  readonly checkedAt: Date;
}

export interface PublishedFile extends SharedFile {
  readonly id: string;
  readonly pieces: number;
}

/** Compiled advisories that one process hands to the others. Written by one at a time: who writes holds a turn. */
export interface SharedAdvisoryStore {
  /** That was compiled last in this format. */
  latest(format: number): Promise<PublishedFile | undefined>;
  /** Visible when all pieces are there; of those before, the last stays for who is reading it. */
  publish(file: SharedFile, pieces: AsyncIterable<Uint8Array>): Promise<void>;
  /** undefined when another file has taken its place meanwhile. */
  piece(id: string, number: number): Promise<Uint8Array | undefined>;
  /** The feeds were asked again, and had nothing new. */
  renewChecked(id: string, checkedAt: Date): Promise<void>;
}

const KEPT = 2;

export function createSharedAdvisoryStore({ read, write }: Database): SharedAdvisoryStore {
  const removeOthers = async (format: number, current: string) => {
    const older = await write
      .selectFrom('advisory_files')
      .select('id')
      .where('format', '=', format)
      .orderBy('compiled_at', 'desc')
      .offset(KEPT)
      .limit(100)
      .execute();
    const gone = older.map(({ id }) => id).filter((id) => id !== current);
    if (gone.length > 0) await write.deleteFrom('advisory_files').where('id', 'in', gone).execute();
    await write
      .deleteFrom('advisory_pieces')
      .where('file_id', 'not in', write.selectFrom('advisory_files').select('id'))
      .execute();
  };
  return {
    latest: async (format) => {
      const row = await read
        .selectFrom('advisory_files')
        .selectAll()
        .where('format', '=', format)
        .orderBy('compiled_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (!row) return undefined;
      const { compiled_at, checked_at, ...same } = row;
      return { ...same, compiledAt: new Date(Number(compiled_at)), checkedAt: new Date(Number(checked_at)) };
    },
    publish: async ({ snapshot, format, sha256, compiledAt, checkedAt }, pieces) => {
      const id = randomUUID();
      let number = 0;
      for await (const bytes of pieces) {
        await write.insertInto('advisory_pieces').values({ file_id: id, number, bytes }).execute();
        number++;
      }
      const times = { compiled_at: compiledAt.getTime(), checked_at: checkedAt.getTime() };
      await write
        .insertInto('advisory_files')
        .values({ id, snapshot, format, sha256, pieces: number, ...times })
        .execute();
      await removeOthers(format, id);
    },
    piece: async (id, number) => {
      const row = await read
        .selectFrom('advisory_pieces')
        .select('bytes')
        .where('file_id', '=', id)
        .where('number', '=', number)
        .executeTakeFirst();
      return row?.bytes;
    },
    renewChecked: async (id, checkedAt) => {
      await write
        .updateTable('advisory_files')
        .set({ checked_at: checkedAt.getTime() })
        .where('id', '=', id)
        .where('checked_at', '<', checkedAt.getTime())
        .execute();
    },
  };
}
