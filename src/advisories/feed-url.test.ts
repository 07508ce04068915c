import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { joinUrl, pathOf, redactUrl } from './feed-url.ts';

test.each([
  ['https://bucket.example/osv', ['Debian', 'all.zip'], 'https://bucket.example/osv/Debian/all.zip'],
  ['https://bucket.example', ['Rocky Linux', 'all.zip'], 'https://bucket.example/Rocky%20Linux/all.zip'],
  ['https://me:secret@mirror.example/osv//?sig=1', ['npm'], 'https://me:secret@mirror.example/osv/npm?sig=1'],
  ['file:///srv/osv/', ['crates.io', 'all.zip'], 'file:///srv/osv/crates.io/all.zip'],
  ['/srv/with blank', ['npm'], 'file:///srv/with%20blank/npm'],
  ['https://bucket.example/a', ['../b'], 'https://bucket.example/a/..%2Fb'],
])('%s and %j make %s', (base, names, url) => {
  expect(joinUrl(base, ...names)).toBe(url);
});

test.each([
  ['file:///srv/with%20blank/all.zip', '/srv/with blank/all.zip'],
  ['FILE:///srv/a', '/srv/a'],
  ['/srv/a', '/srv/a'],
  ['a/b', resolve('a/b')],
  ['https://example.com/a', undefined],
])('%s is the path %s', (url, path) => {
  expect(pathOf(url)).toBe(path);
});

test.each([
  [
    'https://me:secret@mirror.example:8443/osv/npm/all.zip?sig=secret#secret',
    'https://mirror.example:8443/osv/npm/all.zip',
  ],
  ['/srv/osv', '/srv/osv'],
])('%s is shown as %s', (url, shown) => {
  expect(redactUrl(url)).toBe(shown);
});
