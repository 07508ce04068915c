import { uint16 } from './big-endian.ts';
import { DatabaseError } from './database-error.ts';
import { isPageSize, readWal } from './sqlite-wal.ts';

const MAGIC = Buffer.from('SQLite format 3\0');
const HEADER_BYTES = 100;
const UTF_8 = 1;

/** The pages of an sqlite database, each of which can be taken once: nothing in it can lead anywhere twice. */
export class SqlitePages {
  readonly pageSize: number;
  /** Bytes of a page that are not set aside for extensions. */
  readonly usable: number;
  readonly pageCount: number;
  readonly #main: Uint8Array;
  readonly #log: ReadonlyMap<number, Uint8Array>;
  readonly #taken = new Set<number>();

  /**
   * `log` is the write-ahead log beside the database, which holds what was not merged into it.
   * @throws DatabaseError when it is no sqlite database
   */
  constructor(main: Uint8Array, log?: Uint8Array) {
    const wal = log && readWal(log);
    this.#main = main;
    this.#log = wal?.pages ?? new Map();
    const header = wal?.pages.get(1) ?? main;
    if (header.byteLength === 0) throw new DatabaseError('it is empty');
    if (header.byteLength < HEADER_BYTES || MAGIC.compare(header, 0, MAGIC.byteLength) !== 0) {
      throw new DatabaseError('it is no sqlite database');
    }
    const size = uint16(header, 16);
    this.pageSize = size === 1 ? 65_536 : size;
    const fits = isPageSize(this.pageSize) && (wal === undefined || wal.pageSize === this.pageSize);
    this.usable = this.pageSize - (header[20] ?? 0);
    if (!fits || this.usable < 480) throw new DatabaseError('the size of its pages is not valid');
    if (header[59] !== UTF_8) throw new DatabaseError('its texts are not UTF-8');
    this.pageCount = wal?.pageCount ?? Math.floor(main.byteLength / this.pageSize);
  }

  /** @throws DatabaseError when there is no such page, or it was taken before */
  take(number: number): Uint8Array {
    if (this.#taken.has(number)) throw new DatabaseError(`page ${number} is used twice`);
    this.#taken.add(number);
    const start = (number - 1) * this.pageSize;
    const page = this.#log.get(number) ?? this.#main.subarray(start, start + this.pageSize);
    if (number < 1 || number > this.pageCount || page.byteLength < this.pageSize) {
      throw new DatabaseError(`there is no page ${number}`);
    }
    return page.subarray(0, this.usable);
  }
}
