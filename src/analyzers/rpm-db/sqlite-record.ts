import { byteAt, uint16, uint32 } from './big-endian.ts';
import { DatabaseError } from './database-error.ts';
import { readVarint } from './sqlite-table.ts';

/** A column that is text, a blob or a whole number of at most 32 bits. Of others only the place matters. */
export type SqliteValue = Uint8Array | number | undefined;

const MAX_COLUMNS = 20;
/** Bytes of the serial types that have a fixed length: null, whole numbers, a float, 0, 1, and two that do not occur. */
const FIXED_BYTES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];

/** https://www.sqlite.org/fileformat2.html#record_format */
export function readRecord(record: Uint8Array): readonly SqliteValue[] {
  const header = readVarint(record, 0);
  const values: SqliteValue[] = [];
  let at = header.value;
  for (let next = header.end; next < header.value && values.length < MAX_COLUMNS; ) {
    const type = readVarint(record, next);
    next = type.end;
    const length = FIXED_BYTES[type.value] ?? Math.floor((type.value - 12) / 2);
    if (at + length > record.byteLength) throw new DatabaseError('a record ends too early');
    values.push(type.value < 12 ? wholeNumber(record, at, type.value) : record.subarray(at, at + length));
    at += length;
  }
  return values;
}

/** Never negative where we look. */
function wholeNumber(record: Uint8Array, at: number, type: number): number | undefined {
  if (type === 1) return byteAt(record, at);
  if (type === 2) return uint16(record, at);
  if (type === 3) return byteAt(record, at) * 0x10000 + uint16(record, at + 1);
  if (type === 4) return uint32(record, at);
  return type === 8 || type === 9 ? type - 8 : undefined;
}
