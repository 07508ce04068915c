import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../model/app-error.ts';
import { isDigest, parseDigest } from './parse-digest.ts';
import { formatReference, isRepositoryName, isTag, parseReference, registryUrl } from './parse-reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('a reference is read as Docker reads it', () => {
  test.each([
    ['alpine', { registry: 'docker.io', repository: 'library/alpine', tag: 'latest' }],
    ['alpine:3.20', { registry: 'docker.io', repository: 'library/alpine', tag: '3.20' }],
    ['grafana/grafana', { registry: 'docker.io', repository: 'grafana/grafana', tag: 'latest' }],
    ['index.docker.io/grafana/grafana', { registry: 'docker.io', repository: 'grafana/grafana', tag: 'latest' }],
    ['localhost/app', { registry: 'localhost', repository: 'app', tag: 'latest' }],
    ['localhost:5000/team/app:1', { registry: 'localhost:5000', repository: 'team/app', tag: '1' }],
    ['[::1]:5000/app', { registry: '[::1]:5000', repository: 'app', tag: 'latest' }],
    ['Registry/app', { registry: 'Registry', repository: 'app', tag: 'latest' }],
    ['r.example.com/a__b/c.d/e--f:v_1', { registry: 'r.example.com', repository: 'a__b/c.d/e--f', tag: 'v_1' }],
    [`r.example.com/app@${digest}`, { registry: 'r.example.com', repository: 'app', digest }],
    [`r.example.com/app:1@${digest}`, { registry: 'r.example.com', repository: 'app', tag: '1', digest }],
  ])('%s', (text, expected) => {
    expect(parseReference(text)).toEqual(expected);
  });
});

describe('a text that is no reference is refused with its reason', () => {
  test.each([
    ['', 'empty'],
    [' alpine', 'white space'],
    ['https://r.example.com/app', 'without a scheme'],
    ['r.example.com/App', 'lower case'],
    ['r.example.com/', 'repository is missing'],
    ['r.example.com/a//b', 'segments'],
    ['r.example.com/../b', 'segments'],
    ['r.example.com/a___b', 'segments'],
    ['r.example.com:0/app', 'port'],
    ['r.example.com:70000/app', 'port'],
    ['-r.example.com/app', 'host name'],
    ['app:', 'a tag has'],
    ['app:-1', 'a tag has'],
    [`app:${'a'.repeat(129)}`, 'a tag has'],
    ['app@sha256:abc', '64 lower-case hex'],
    [`app@sha512:${'a'.repeat(128)}`, 'other than sha256'],
    [`app@${digest}@${digest}`, 'more than one'],
    ['a'.repeat(64), 'image id'],
    ['x'.repeat(2000), 'longer than'],
  ])('%j', (text, why) => {
    expect(() => parseReference(text)).toThrowError(
      expect.objectContaining({ code: 'image-not-found', message: expect.stringContaining(why) }),
    );
  });

  test('whatever the text, the answer is a reference or an AppError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'aZ0./:@-_[]') })), (text) => {
        try {
          const reference = parseReference(text);
          expect(isRepositoryName(reference.repository)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
    );
  });
});

test('what was formatted reads back the same', () => {
  const segment = fc.stringMatching(/^[a-z0-9]{1,8}(?:[._-][a-z0-9]{1,8}){0,2}$/);
  const registry = fc.constantFrom('r.example.com', 'localhost:5000', '10.0.0.1', '[fd00::1]:443', 'docker.io');
  const repository = fc.array(segment, { minLength: 2, maxLength: 4 }).map((segments) => segments.join('/'));
  const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/);
  fc.assert(
    fc.property(registry, repository, tag, fc.boolean(), (registry, repository, tag, pinned) => {
      const reference = { registry, repository, tag, ...(pinned ? { digest: parseDigest(digest) } : {}) };

      expect(parseReference(formatReference(reference))).toEqual(reference);
    }),
  );
});

test.each([
  ['docker.io', 'https://registry-1.docker.io'],
  ['r.example.com', 'https://r.example.com'],
  ['localhost:5000', 'http://localhost:5000'],
  ['127.0.0.1:5000', 'http://127.0.0.1:5000'],
  ['127.evil.example.com', 'https://127.evil.example.com'],
])('the registry %s is asked at %s', (registry, url) => {
  expect(registryUrl(registry)).toBe(url);
});

test('digests are sha256 with lower-case hex only', () => {
  expect(isDigest(digest)).toBe(true);
  for (const bad of [digest.toUpperCase(), digest.slice(1), `${digest}a`, `${digest}\n`, 'sha256:', '']) {
    expect(isDigest(bad)).toBe(false);
    expect(() => parseDigest(bad)).toThrow(AppError);
  }
});

test('tags follow the grammar', () => {
  expect(['a', '_a', 'A.b-c_d', 'a'.repeat(128)].every(isTag)).toBe(true);
  expect(['', '.a', '-a', 'a/b', 'a:b', 'a\n', 'a'.repeat(129)].some(isTag)).toBe(false);
});
