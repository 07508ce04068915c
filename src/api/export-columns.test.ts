import { expect, test } from 'vitest';
import { type ColumnTable, cellsOf, describeColumns, toExportColumns } from './export-columns.ts';

const table: ColumnTable<{ readonly name: string; readonly count?: number }> = {
  Name: { description: 'Name', cell: ({ name }) => name },
  VulCnt: { description: 'Count', aliases: ['VulCount', 'Vul_Count'], cell: ({ count }) => count },
};
const columns = describeColumns(table);

test('no columns mean all, in the order of the table, under their own names', () => {
  const all = [
    { name: 'Name', header: 'Name' },
    { name: 'VulCnt', header: 'VulCnt' },
  ];

  expect(toExportColumns(undefined, columns)).toEqual(all);
  expect(toExportColumns([], columns)).toEqual(all);
});

test('a column is found by name and alias in any case, and headed as it was asked for', () => {
  expect(toExportColumns(['vul_count', ' NAME '], columns)).toEqual([
    { name: 'VulCnt', header: 'vul_count' },
    { name: 'Name', header: 'NAME' },
  ]);
});

test('a column that comes twice, whatever its spelling, is written once', () => {
  expect(toExportColumns(['VulCount', 'Name', 'VulCnt', 'name'], columns).map(({ header }) => header)).toEqual([
    'VulCount',
    'Name',
  ]);
});

test.each(['', 'Colour', '__proto__', 'constructor', 'toString', 'Nam'])('the column %j is not known', (field) => {
  expect(() => toExportColumns(['Name', field], columns)).toThrow(/Known columns: Name, VulCnt/);
});

test('cells come in the order of the names; a name that a table no longer has is an empty column', () => {
  const toCells = cellsOf(table, ['VulCnt', 'Gone', 'Name', 'constructor']);

  expect(toCells({ name: 'a', count: 0 })).toEqual([0, undefined, 'a', undefined]);
  expect(toCells({ name: 'b' })).toEqual([undefined, undefined, 'b', undefined]);
});
