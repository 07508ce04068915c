import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { InvalidConfig } from '../config/load-config.ts';
import { AppError } from '../model/app-error.ts';
import { CommandFailure } from './command-failure.ts';
import { describeFailure, renderFailure } from './describe-failure.ts';

const abort = new DOMException('Interrupted', 'AbortError');

test.for([
  ['a failure of the world', new AppError('connection-failed', 'registry.test does not answer'), 1],
  ['a refused sign-in', new AppError('authentication-failed', 'registry.test refuses the password'), 4],
  ['a wrong setting', new InvalidConfig(['PLIMSOLL_JOBS: write a number.']), 2],
  ['a command with its own exit code', new CommandFailure('policy', { exitCode: 3 }), 3],
  ['an interrupted wait', abort, 130],
  ['a canceled request', new AppError('canceled', 'canceled'), 130],
  ['a defect', new TypeError('x is undefined'), 1],
] as const)('%s exits with its own code', ([, error, exitCode]) => {
  expect(describeFailure(error, { aborted: false }).exitCode).toBe(exitCode);
});

test('after Ctrl-C whatever broke is an interruption', () => {
  expect(describeFailure(new Error('socket hang up'), { aborted: true })).toEqual({
    exitCode: 130,
    message: 'Interrupted.',
  });
});

test('what happened, how to mend it and the request id stand on their own lines', () => {
  const failure = describeFailure(new CommandFailure('It is full.', { fix: 'Empty it.', requestId: 'abc' }), {
    aborted: false,
  });

  expect(renderFailure(failure, picocolors.createColors(false))).toBe(
    'error: It is full.\n  fix: Empty it.\n  request: abc\n',
  );
});

test('only a defect shows where in the code it happened', () => {
  const defect = renderFailure(
    describeFailure(new TypeError('boom'), { aborted: false }),
    picocolors.createColors(false),
  );
  const expected = renderFailure(
    describeFailure(new AppError('registry-error', 'no'), { aborted: false }),
    picocolors.createColors(false),
  );

  expect(defect).toContain('defect of Plimsoll');
  expect(defect).toContain('describe-failure.test.ts');
  expect(expected).toMatch(/^error: no\n {2}fix: .+\n$/);
});
