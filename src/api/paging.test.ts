import { expect, test } from 'vitest';
import { toDirection, toPage, toSortKey } from './paging.ts';

test.for([
  [{}, { limit: 10, offset: 0 }],
  [{ Limit: 0 }, { limit: 0, offset: 0 }],
  [
    { Limit: 100, Offset: 7 },
    { limit: 100, offset: 7 },
  ],
] as const)('%j is the page %j', ([input, page]) => {
  expect(toPage(input)).toEqual(page);
});

test('more than 100 rows are refused', () => {
  expect(() => toPage({ Limit: 101 })).toThrow(expect.objectContaining({ code: 'InvalidParameterValue' }));
});

test.for([
  [undefined, 'desc'],
  ['', 'desc'],
  ['asc', 'asc'],
  ['ASC', 'asc'],
  ['Desc', 'desc'],
  ['+', 'asc'],
  ['-', 'desc'],
] as const)('Order %j is %s', ([order, direction]) => {
  expect(toDirection(order)).toBe(direction);
});

test.for(['up', 'constructor', ' asc', '0'])('Order %j is refused', (order) => {
  expect(() => toDirection(order)).toThrow(expect.objectContaining({ code: 'InvalidParameterValue' }));
});

test('By is looked up in its table alone', () => {
  const keys = { ScanTime: 'scannedAt', Id: 'id' } as const;

  expect(toSortKey('ScanTime', keys, 'id')).toBe('scannedAt');
  expect([undefined, ''].map((by) => toSortKey(by, keys, 'id'))).toEqual(['id', 'id']);
  for (const by of ['scantime', 'toString', '__proto__']) {
    expect(() => toSortKey(by, keys, 'id')).toThrow('Known keys: ScanTime, Id.');
  }
});
