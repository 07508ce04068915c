import { expect, test } from 'vitest';
import { parseRateLimit } from './parse-rate-limit.ts';

const NOW = Date.parse('2026-11-25T10:00:00Z');
const after = (seconds: number) => new Date(NOW + seconds * 1_000);
const parse = (headers: Readonly<Record<string, string>>) => parseRateLimit((name) => headers[name], NOW);

test.each<[string, Record<string, string>, unknown]>([
  [
    'Docker Hub',
    { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '76;w=21600' },
    { remaining: 76, limit: 100, windowMs: 21_600_000 },
  ],
  [
    'separate headers with a reset in seconds',
    { 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '5', 'ratelimit-reset': '30' },
    { remaining: 5, limit: 100, windowMs: 60_000, resetsAt: after(30) },
  ],
  [
    'X- headers with unix time',
    { 'x-ratelimit-limit': '180', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1_000 + 90) },
    { remaining: 0, limit: 180, resetsAt: after(90) },
  ],
  ['X-Rate-Limit', { 'x-rate-limit-remaining': '3' }, { remaining: 3 }],
  [
    'one header of the drafts in the middle',
    { ratelimit: 'limit=100, remaining=50, reset=5' },
    { remaining: 50, limit: 100, resetsAt: after(5) },
  ],
  [
    'structured fields',
    { ratelimit: '"default";r=50;t=30', 'ratelimit-policy': '"default";q=100;w=60' },
    { remaining: 50, limit: 100, windowMs: 60_000, resetsAt: after(30) },
  ],
  [
    'the tightest of several',
    {
      ratelimit: '"hour";r=900;t=3000, "minute";r=2;t=10',
      'ratelimit-policy': '"hour";q=1000;w=3600, "minute";q=60;w=60',
    },
    { remaining: 2, limit: 60, windowMs: 60_000, resetsAt: after(10) },
  ],
])('reads %s', (_, headers, expected) => {
  expect(parse(headers)).toEqual(expected);
});

test.each<[Record<string, string>]>([
  [{}],
  [{ 'ratelimit-remaining': 'many' }],
  [{ 'ratelimit-remaining': '-1' }],
  [{ 'ratelimit-remaining': '1e9' }],
  [{ 'ratelimit-remaining': '9'.repeat(400) }],
  [{ ratelimit: 'x'.repeat(10_000) }],
  [{ ratelimit: '"default";t=30' }],
])('makes nothing of %j', (headers) => {
  expect(parse(headers)).toBeUndefined();
});

test('a window or a reset beyond reason is not believed', () => {
  expect(parse({ 'ratelimit-remaining': '1;w=99999999999999', 'ratelimit-reset': '999999999' })).toEqual({
    remaining: 1,
  });
});
