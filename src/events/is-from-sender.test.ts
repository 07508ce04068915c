import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { isFromSender } from './is-from-sender.ts';

const token = 'plw_2f8c';
const body = Buffer.from('{"events":[]}');
const proves = (headers: Record<string, string>, pathToken?: string) =>
  isFromSender(token, { headers, body, ...(pathToken === undefined ? {} : { pathToken }) });
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const sign = (algorithm: string, key = token, content = body) =>
  createHmac(algorithm, key).update(content).digest('hex');

test.for([
  ['Bearer', { authorization: `Bearer ${token}` }],
  ['bearer in lower case', { authorization: `bearer ${token}` }],
  ['the password of Basic', { authorization: basic(`plimsoll:${token}`) }],
  ['a bare token', { authorization: token }],
  ['the secret of Artifactory', { 'x-jfrog-event-auth': token }],
  ['what Artifactory signs', { 'x-jfrog-event-auth': sign('sha256') }],
  ['what GitHub signs', { 'x-hub-signature-256': `sha256=${sign('sha256')}` }],
  ['what Nexus signs', { 'x-nexus-webhook-signature': sign('sha1').toUpperCase() }],
] as const)('%s is a proof', ([, headers]) => {
  expect(proves({ ...headers })).toBe(true);
});

test('so is the address, where a sender is given nothing else', () => {
  expect(proves({}, token)).toBe(true);
});

test.for([
  ['nothing', {}],
  ['another token', { authorization: 'Bearer plw_2f8d' }],
  ['a part of it', { authorization: `Bearer ${token.slice(0, -1)}` }],
  ['nothing behind Bearer', { authorization: 'Bearer' }],
  ['the user of Basic', { authorization: basic(`${token}:x`) }],
  ['a signature of another body', { 'x-hub-signature-256': `sha256=${sign('sha256', token, Buffer.from('{}'))}` }],
  ['a signature by another key', { 'x-hub-signature-256': `sha256=${sign('sha256', 'other')}` }],
  ['a weaker signature', { 'x-hub-signature-256': `sha256=${sign('sha1')}` }],
  ['an empty signature', { 'x-nexus-webhook-signature': '' }],
] as const)('%s is none', ([, headers]) => {
  expect(proves({ ...headers })).toBe(false);
});
