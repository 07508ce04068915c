import { expect, test } from 'vitest';
import { digestOf } from '../../test/support/create-test-image.ts';
import { createImageCache } from './create-image-cache.ts';
import type { ReadImage } from './read-image.ts';

const [a, b] = [digestOf(Buffer.from('a')), digestOf(Buffer.from('b'))];

function image(configBytes: number): ReadImage {
  const artifact = { imageId: a, os: 'linux', layers: [], history: [] };
  return { configBytes, image: { digest: a, platform: 'linux/amd64', size: 1, artifact } };
}

/** Counts how often it is asked. */
function reader(read: ReadImage) {
  const calls = { count: 0 };
  return {
    calls,
    read: async () => {
      calls.count += 1;
      return read;
    },
  };
}

test('what is asked for at once, or again, is read once', async () => {
  const cache = createImageCache();
  const { calls, read } = reader(image(10));

  const found = await Promise.all([cache.get(a, read), cache.get(a, read)]);

  expect(found).toEqual([image(10), image(10)]);
  expect(await cache.get(a, read)).toEqual(image(10));
  expect(calls.count).toBe(1);
});

test('a failure reaches everybody who waits, and is not remembered', async () => {
  const cache = createImageCache();
  const broken = async () => {
    throw new Error('cut');
  };

  const failed = await Promise.allSettled([cache.get(a, broken), cache.get(a, broken)]);

  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await cache.get(a, reader(image(1)).read)).toEqual(image(1));
});

test('old ones are forgotten before they take more room than allowed', async () => {
  const cache = createImageCache(5_000);
  const first = reader(image(3_000));
  await cache.get(a, first.read);

  await cache.get(b, reader(image(3_000)).read);
  await cache.get(a, first.read);

  expect(first.calls.count).toBe(2);
});
