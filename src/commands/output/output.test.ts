import fc from 'fast-check';
import picocolors from 'picocolors';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { captureTerminal } from '../../../test/support/capture-terminal.ts';
import { renderLogLine } from './create-log.ts';
import { type ListFormat, printList } from './print-list.ts';
import { paintSeverityCell, severityCell } from './severity-cells.ts';
import { type Column, renderTable } from './table.ts';
import { formatAge, formatBytes } from './units.ts';
import { wrap } from './wrap.ts';

const plain = picocolors.createColors(false);
const painted = picocolors.createColors(true);

interface Fruit {
  readonly name: string;
  readonly count: number;
}
const columns: readonly Column<Fruit>[] = [
  { title: 'NAME', text: (fruit) => fruit.name, shrinkTo: 6 },
  { title: 'COUNT', text: (fruit) => String(fruit.count), align: 'right' },
  { title: 'NOTE', text: () => 'n', wide: true },
];
const fruits: readonly Fruit[] = [
  { name: 'apple', count: 3 },
  { name: '漢字の果物', count: 12 },
];

describe('a table', () => {
  test('is aligned by cells, not by characters, without trailing spaces', () => {
    const text = renderTable(columns.slice(0, 2), fruits, { width: undefined, colors: plain });

    expect(text).toBe('NAME        COUNT\napple           3\n漢字の果物     12\n');
  });

  test('is cut to the terminal where a column may shrink, and says so with an ellipsis', () => {
    const text = renderTable(columns.slice(0, 2), [{ name: 'a-rather-long-name', count: 1 }], {
      width: 15,
      colors: plain,
    });

    expect(text).toBe('NAME      COUNT\na-rathe…      1\n');
  });

  test('keeps the end of what is told apart by its end', () => {
    const column: Column<string> = { title: 'IMAGE', text: (row) => row, shrinkTo: 4, keep: 'end' };

    expect(renderTable([column], ['registry.example.com/team/app'], { width: 9, colors: plain })).toBe(
      'IMAGE\n…team/app\n',
    );
  });

  test('leaves columns out before it cuts what has to be read whole, and names them', () => {
    const leaving: readonly Column<Fruit>[] = [
      { title: 'NAME', text: (fruit) => fruit.name, shrinkTo: 5 },
      { title: 'COUNT', text: (fruit) => String(fruit.count), leaves: 2 },
      { title: 'NOTE', text: () => 'long note', shrinkTo: 6, leaves: 1 },
    ];
    const rows = [{ name: 'gooseberry', count: 3 }];
    const at = (width: number) => renderTable(leaving, rows, { width, colors: plain });

    expect(at(28)).toBe('NAME        COUNT  NOTE\ngooseberry  3      long note\n');
    expect(at(20)).toBe('NAME   COUNT  NOTE\ngoos…  3      long …\n');
    expect(at(15)).toBe('NAME      COUNT\ngoosebe…  3\n(no room for\n NOTE)\n');
    expect(at(9)).toMatch(/^NAME\ngooseber…\n/);
  });

  test('is never wider than the terminal as long as its columns may shrink so far', () => {
    const shrinking = columns.map((column) => ({ ...column, shrinkTo: 1 }));
    fc.assert(
      fc.property(fc.array(fc.record({ name: fc.string({ unit: 'grapheme' }), count: fc.nat() })), (rows) => {
        const text = renderTable(shrinking, rows, { width: 20, colors: plain });

        for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(20);
      }),
    );
  });

  test('lets no name move the cursor, change colours, or break the line', () => {
    const text = renderTable(columns, [{ name: '\u001b[2J\r\nevil\u202e\u0007', count: 1 }], {
      width: undefined,
      colors: plain,
    });

    expect(text.split('\n')).toHaveLength(3);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe('severities', () => {
  const counts = { critical: 2, high: 15, medium: 0, low: 1 };

  test('are shown worst first, with number and letter', () => {
    expect(severityCell(counts, false)).toBe('  2C  15H   0M   1L');
    expect(severityCell(counts, true)).toBe('  2+C  15+H   0+M   1+L');
  });

  test('that are unknown are a dash, never a zero', () => {
    expect(severityCell({ ...counts, critical: undefined }, false)).toBe('-');
    expect(severityCell({ critical: undefined, high: undefined, medium: undefined, low: undefined }, true)).toBe('-');
  });

  test('keep their width when they are coloured', () => {
    const cell = severityCell(counts, false);

    expect(stringWidth(paintSeverityCell(cell, painted))).toBe(stringWidth(cell));
    expect(paintSeverityCell(cell, painted)).toContain(painted.red('15H'));
    expect(paintSeverityCell('-', painted)).toBe('-');
  });
});

describe('a list', () => {
  const list = {
    rows: fruits,
    columns,
    name: (fruit: Fruit) => fruit.name,
    json: (fruit: Fruit) => fruit,
    empty: 'No fruit. Plant some.',
  };

  test.for([
    ['name', 'apple\n漢字の果物\n'],
    ['ndjson', '{"name":"apple","count":3}\n{"name":"漢字の果物","count":12}\n'],
    ['csv', 'NAME,COUNT,NOTE\r\napple,3,n\r\n漢字の果物,12,n\r\n'],
    ['wide', 'NAME        COUNT  NOTE\napple           3  n\n漢字の果物     12  n\n'],
  ] as const)('prints as %s', ([format, expected]) => {
    expect(captured(format, list).out).toBe(expected);
  });

  test('prints JSON that parses back', () => {
    expect(JSON.parse(captured('json', list).out)).toEqual(fruits);
  });

  test('that is empty says what to do on stderr, and stays a valid document for programs', () => {
    const empty = { ...list, rows: [] };

    expect(captured('table', empty)).toEqual({ out: '', note: 'No fruit. Plant some.\n' });
    expect(captured('json', empty)).toEqual({ out: '[]\n', note: '' });
    expect(captured('csv', empty).out).toBe('NAME,COUNT,NOTE\r\n');
  });

  test('as CSV quotes what needs it and disarms spreadsheet formulas', () => {
    const rows = [{ name: '=cmd|"x",1', count: 1 }];

    expect(captured('csv', { ...list, rows }).out).toBe('NAME,COUNT,NOTE\r\n"\'=cmd|""x"",1",1,n\r\n');
  });

  function captured(format: ListFormat, what: typeof list) {
    const { terminal, written } = captureTerminal({ width: 80 });
    printList(terminal, format, what);
    return written;
  }
});

test.for([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [3_360_774_711, '3.1 GiB'],
] as const)('%d bytes read as %s', ([bytes, text]) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('ages are relative, and an unknown time is a dash', () => {
  const now = new Date('2026-01-02T00:00:00Z');

  expect(formatAge(new Date('2026-01-01T23:59:30Z'), now)).toBe('just now');
  expect(formatAge(new Date('2026-01-01T22:30:00Z'), now)).toBe('1 h ago');
  expect(formatAge(new Date('2025-12-01T00:00:00Z'), now)).toBe('32 d ago');
  expect(formatAge(undefined, now)).toBe('-');
});

test.for([
  [
    { level: 30, time: 0, pid: 1, hostname: 'h', url: 'http://x', msg: 'listening' },
    /^\d\d:\d\d:\d\d listening url=http:\/\/x\n$/,
  ],
  [{ level: 40, time: 0, skipped: { chart: 1 }, msg: 'synced' }, /synced skipped=\{"chart":1\}\n$/],
  [{ level: 50, time: 0, err: { message: 'gone', stack: 'at …' }, msg: 'failed' }, /failed \(gone\)\n$/],
  [{ level: 30, time: 0, image: 'a\u001b[2Jb', msg: 'scanned' }, /scanned image=a\ufffd\[2Jb\n$/],
] as const)('a line of the log reads as a person would say it: %j', ([entry, expected]) => {
  expect(renderLogLine(JSON.stringify(entry), { noteColors: plain })).toMatch(expected);
});

test('a line that is no log entry is not touched', () => {
  expect(renderLogLine('(node:1) Warning\n', { noteColors: plain })).toBe('(node:1) Warning\n');
});

test('long lines break between words, keep their own indent and get one for what follows', () => {
  expect(wrap('  one two three', 9, '    ')).toBe('  one two\n    three');
  expect(wrap('unbreakably-long word', 5, ' ')).toBe('unbreakably-long\n word');
});
