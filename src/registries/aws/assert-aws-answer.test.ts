import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { Answer } from '../distribution/open-session.ts';
import { assertAwsAnswer } from './assert-aws-answer.ts';

function answer(status: number, body: string): Answer {
  const url = new URL('https://api.ecr.eu-west-1.amazonaws.com/');
  const response = { status, url, method: 'POST', header: () => undefined, body: Readable.from([]) };
  return { response, body: Buffer.from(body) };
}
const thrown = (status: number, body: string) => {
  try {
    assertAwsAnswer(answer(status, body), 'DescribeImages', ['a secret']);
    return undefined;
  } catch (error) {
    return error;
  }
};

test.each([
  [400, 'ThrottlingException', 'rate-limited', true],
  [400, 'AccessDeniedException', 'permission-denied', false],
  [403, 'AccessDeniedException', 'permission-denied', false],
  [403, 'com.amazonaws.ecr#ExpiredTokenException', 'authentication-failed', false],
  [403, 'UnrecognizedClientException', 'authentication-failed', false],
  [403, 'IncompleteSignature', 'authentication-failed', false],
  [400, 'NoSuchThing', 'registry-error', false],
])('takes %i %s for %s', (status, __type, code, retryable) => {
  expect(thrown(status, JSON.stringify({ __type, message: 'no' }))).toMatchObject({ code, retryable, status });
});

test('takes a denial that is a page for people as one', () => {
  const error = thrown(403, '<!doctype html><title>Blocked</title>');

  expect(error).toMatchObject({ code: 'permission-denied', status: 403 });
  expect(String(error)).toContain('answered 403.');
});

test('lets answers pass, and repeats no secret', () => {
  expect(thrown(200, '{}')).toBeUndefined();
  expect(String(thrown(403, JSON.stringify({ __type: 'AccessDeniedException', message: 'a secret' })))).not.toContain(
    'a secret',
  );
});
