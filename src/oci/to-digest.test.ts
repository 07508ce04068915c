import { expect, test } from 'vitest';
import { digestOf } from '../../test/support/sample-images.ts';
import { toDigest } from './to-digest.ts';

const digest = digestOf('image');

test.for([
  digest,
  digest.slice('sha256:'.length),
  `docker://${digest}`,
  `docker-pullable://registry.example.com:5000/team/app@${digest}`,
  `docker.io/library/nginx@${digest}`,
  `registry.example.com/team/app:1.0@${digest}`,
])('%s holds the digest', (text) => {
  expect(toDigest(text)).toBe(digest);
});

test.for(['', 'nginx', 'registry.example.com:5000/app:1', 'sha256:abc', `sha512:${'a'.repeat(128)}`, `x${digest}`])(
  '%s holds none',
  (text) => {
    expect(toDigest(text)).toBeUndefined();
  },
);
