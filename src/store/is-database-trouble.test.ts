import { expect, test } from 'vitest';
import { AppError } from '../model/app-error.ts';
import { isDatabaseTrouble } from './is-database-trouble.ts';

const withCode = (code: string) => Object.assign(new Error('it failed'), { code });

test.each([
  ['too many clients', withCode('53300')],
  ['the administrator', withCode('57P01')],
  ['a full disk', withCode('SQLITE_FULL')],
  ['a disk that fails', withCode('SQLITE_IOERR')],
  ['a refused connection', withCode('ECONNREFUSED')],
  ['a broken one', new Error('Connection terminated unexpectedly')],
  ['an exhausted pool', new Error('timeout exceeded when trying to connect')],
])('%s is trouble that passes', (_, error) => {
  expect(isDatabaseTrouble(error)).toBe(true);
});

test.each([
  ['a wrong statement', withCode('42601')],
  ['a registry that refuses', new AppError('connection-failed', 'ECONNREFUSED')],
  ['a defect', new TypeError('x is not a function')],
  ['no error', 'text'],
])('%s is not', (_, error) => {
  expect(isDatabaseTrouble(error)).toBe(false);
});
