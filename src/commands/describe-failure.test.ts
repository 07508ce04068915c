import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import picocolors from 'picocolors';
import { describe, expect, test } from 'vitest';
import { ApiCallError } from '../api/client/create-api-client.ts';
import { InvalidConfig } from '../config/load-config.ts';
import { AppError } from '../model/app-error.ts';
import { openStore } from '../store/open-store.ts';
import { createVault } from '../store/vault.ts';
import { CommandFailure } from './command-failure.ts';
import { describeFailure, type Failure, renderFailure } from './describe-failure.ts';

const noColors = picocolors.createColors(false);
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

test('on a terminal long lines break between words, and hang', () => {
  const failure = describeFailure(new CommandFailure('It is full, quite full.', { fix: 'Empty it.' }), {
    aborted: false,
  });

  expect(renderFailure(failure, noColors, 20)).toBe('error: It is full,\n    quite full.\n  fix: Empty it.\n');
});

test('a policy that is broken, and what is incomplete, are called what they are', () => {
  const rendered = (exitCode: number) =>
    renderFailure(describeFailure(new CommandFailure('So.', { exitCode }), { aborted: false }), noColors);

  expect(rendered(3)).toBe('policy: So.\n');
  expect(rendered(5)).toBe('incomplete: So.\n');
  expect(renderFailure(describeFailure(abort, { aborted: true }), noColors)).toBe('Interrupted.\n');
});

test.for([
  ['InvalidParameterValue', 2],
  ['InvalidParameterValue.LengthLimit', 2],
  ['MissingParameter', 2],
  ['AuthFailure.SignatureFailure', 4],
  ['UnauthorizedOperation', 4],
  ['ResourceNotFound', 1],
  ['InternalError', 1],
] as const)('the answer %s of a server exits with %i', ([code, exitCode]) => {
  const error = new ApiCallError(code, 'So.', 'id');

  expect(describeFailure(error, { aborted: false })).toMatchObject({ exitCode, requestId: 'id' });
});

test('the message of an inner room begins like a sentence, and its advice is for the command line', () => {
  const failure = describeFailure(new AppError('image-not-found', 'there is no file or folder x.tar'), {
    aborted: false,
  });

  expect(failure.message).toBe('There is no file or folder x.tar');
  expect(failure.fix).not.toContain('Synchronise');
});

describe('what the system refuses is told, not shown as a defect', () => {
  test('a port in use', async () => {
    const first = createServer().listen(0, '127.0.0.1');
    await once(first, 'listening');
    const address = first.address();
    const port = typeof address === 'object' ? address?.port : undefined;

    const failure = await rejected(once(createServer().listen(port, '127.0.0.1'), 'listening'));
    first.close();

    expect(failure.message).toBe(`127.0.0.1:${port} is in use: another program, or another Plimsoll, listens there.`);
    expect(failure.fix).toContain('--listen');
    expect(failure.stack).toBeUndefined();
  });

  test.for([
    ['an address of another machine', () => once(createServer().listen(0, '192.0.2.1'), 'listening'), /192\.0\.2\.1/],
    ['a file in the way of a folder', () => mkdir(join(import.meta.filename, 'data')), /in the way of .*data/],
    ['a file that is not there', () => readFile('/no/such/file'), /There is no \/no\/such\/file\./],
    ['a folder in place of a file', () => readFile(import.meta.dirname), /folder/],
    [
      'a database of another kind',
      () =>
        openStore({
          url: `file:${import.meta.filename}`,
          vault: createVault(new Uint8Array(32)),
          now: () => new Date(),
        }),
      /describe-failure\.test\.ts cannot be opened: file is not a database\.$/,
    ],
    [
      'a database that does not answer',
      () =>
        openStore({
          url: 'postgres://u:secret@127.0.0.1:1/x',
          vault: createVault(new Uint8Array(32)),
          now: () => new Date(),
        }),
      /127\.0\.0\.1:1\/x cannot be opened: /,
    ],
  ] as const)('%s', async ([, attempt, message]) => {
    const failure = await rejected(attempt());

    expect(failure.message).toMatch(message);
    expect(failure.message).not.toContain('secret');
    expect(failure.fix).toBeTruthy();
    expect(failure.stack).toBeUndefined();
  });

  async function rejected(attempt: Promise<unknown>): Promise<Failure> {
    const error = await attempt.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return describeFailure(error, { aborted: false });
  }
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
