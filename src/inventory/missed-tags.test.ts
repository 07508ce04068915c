import { expect, test } from 'vitest';
import { collect } from '../../test/support/collect.ts';
import { AppError } from '../model/app-error.ts';
import type { Cause } from '../model/cause.ts';
import type { RegistryClient } from '../registries/registry-client.ts';
import { missedTags } from './missed-tags.ts';

const { signal } = new AbortController();

/** A registry in which asking for some tags fails, and what it was asked. */
function registryWith(failures: Readonly<Record<string, Cause>>) {
  const asked: string[] = [];
  const client: Pick<RegistryClient, 'head'> = {
    async head(_repository, reference) {
      asked.push(reference);
      const code = failures[reference];
      if (code) throw new AppError(code, 'no');
      return { unchanged: false, mediaType: 'application/vnd.oci.image.manifest.v1+json' };
    },
  };
  const missed = async (known: readonly string[], listed: readonly string[]) =>
    (await collect(missedTags(client, 'team/app', known, new Set(listed), signal))).map(({ name }) => name);
  return { asked, missed };
}

test('only what was known and not listed is asked for', async () => {
  const { asked, missed } = registryWith({ gone: 'image-not-found' });

  expect(await missed(['listed', 'gone', 'there'], ['listed', 'new'])).toEqual(['there']);
  expect(asked).toEqual(['gone', 'there']);
});

test('of an empty list one answer is enough to believe it', async () => {
  const { asked, missed } = registryWith({ a: 'image-not-found', b: 'image-not-found' });

  expect(await missed(['a', 'b'], [])).toEqual([]);
  expect(asked).toEqual(['a']);
});

test('an empty list that is wrong is not believed', async () => {
  const { missed } = registryWith({});

  expect(await missed(['a', 'b'], [])).toEqual(['a', 'b']);
});

test.each<Cause>(['permission-denied', 'connection-failed', 'registry-error'])(
  '%s does not make a tag gone',
  async (code) => {
    const { missed } = registryWith({ a: code });

    expect(await missed(['a'], ['b'])).toEqual(['a']);
  },
);

test('stops when told to', async () => {
  const { missed } = registryWith({ a: 'canceled' });

  await expect(missed(['a'], ['b'])).rejects.toMatchObject({ code: 'canceled' });
});
