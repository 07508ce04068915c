import { expect, test } from 'vitest';
import { AppError } from '../../model/app-error.ts';
import { toNetworkError } from './network-error.ts';

const url = new URL('https://user:secret@registry.example.com/v2/app/blobs/x?signature=abc');
const withCode = (code: string, cause?: unknown) => Object.assign(new Error('low level', { cause }), { code });

test.each<[string, string, boolean, string]>([
  ['CERT_HAS_EXPIRED', 'certificate-invalid', false, 'not trusted'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate-invalid', false, 'not trusted'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate-invalid', false, 'allow insecure'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate-invalid', false, 'not trusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate-invalid', false, 'not trusted'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'connection-failed', false, 'plain http'],
  ['EPROTO', 'connection-failed', false, 'TLS'],
  ['HPE_INVALID_CONSTANT', 'not-a-registry', false, 'not in HTTP'],
  ['ENOTFOUND', 'connection-failed', true, 'does not exist'],
  ['EAI_AGAIN', 'connection-failed', true, 'name server'],
  ['ECONNREFUSED', 'connection-failed', true, 'nothing listens'],
  ['UND_ERR_CONNECT_TIMEOUT', 'connection-failed', true, 'in time'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'connection-failed', true, 'announced'],
  ['UND_ERR_DESTROYED', 'connection-failed', false, 'closed'],
  ['E_NEVER_SEEN', 'connection-failed', true, 'E_NEVER_SEEN'],
])('%s is %s', (networkCode, code, retryable, words) => {
  const error = toNetworkError(withCode(networkCode), 'GET', url);

  expect(error).toMatchObject({ code, retryable, networkCode, message: expect.stringContaining(words) });
  expect(error.message).not.toMatch(/secret|abc/);
});

test('the telling code may be wrapped, or be one of several', () => {
  const all = new AggregateError([new Error('no code'), withCode('ECONNREFUSED')]);

  for (const error of [new TypeError('fetch failed', { cause: withCode('ECONNREFUSED') }), all])
    expect(toNetworkError(error, 'GET', url)).toMatchObject({ networkCode: 'ECONNREFUSED' });
});

test('what is an error of ours already stays what it is', () => {
  const error = new AppError('address-forbidden', 'no');

  expect(toNetworkError(error, 'GET', url)).toBe(error);
});

test('anything may be thrown', () => {
  expect(toNetworkError('text', 'GET', url)).toMatchObject({ code: 'connection-failed' });
});
