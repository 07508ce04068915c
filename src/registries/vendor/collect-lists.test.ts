import { expect, test } from 'vitest';
import { collect } from '../../../test/support/collect.ts';
import { AppError } from '../../model/app-error.ts';
import { type CollectedTag, collectLists } from './collect-lists.ts';

const { signal } = new AbortController();
const item = (repository: string, name: string): CollectedTag => ({ repository, tag: { name } });

/** Lists over fixed items, and how many of them have been read. */
function listsOf(...items: readonly CollectedTag[]) {
  let read = 0;
  const lists = collectLists('the API', async function* () {
    for (const each of items) {
      read += 1;
      yield each;
    }
  });
  return { lists, read: () => read };
}

test('tells tags by repository, however they come', async () => {
  const { lists } = listsOf(item('a', '1'), item('b', '1'), item('a', '2'), item('a', '1'));

  expect(new Set(await collect(lists.repositories(signal)))).toEqual(new Set(['a', 'b']));
  expect(await collect(lists.tags('a', signal))).toEqual([{ name: '1' }, { name: '2' }]);
  expect(await collect(lists.tags('b', signal))).toEqual([{ name: '1' }]);
});

test('a look whether there is anything reads no more than the first', async () => {
  const { lists, read } = listsOf(item('a', '1'), item('b', '1'));

  for await (const name of lists.repositories(signal)) {
    expect(name).toBe('a');
    break;
  }

  expect(read()).toBe(1);
});

test('the tags of the first repository are complete even when asked for at once', async () => {
  const { lists } = listsOf(item('a', '1'), item('b', '1'), item('a', '2'));
  const all: string[] = [];

  for await (const name of lists.repositories(signal))
    for (const tag of await collect(lists.tags(name, signal))) all.push(`${name}:${tag.name}`);

  expect([...new Set(all)]).toEqual(['a:1', 'a:2', 'b:1']);
});

test('nothing at all, and a repository that was not listed, are no empty lists', async () => {
  const { lists } = listsOf();

  await expect(collect(lists.repositories(signal))).rejects.toMatchObject({ code: 'image-not-found' });
  await expect(collect(lists.tags('a', signal))).rejects.toMatchObject({ code: 'image-not-found' });
});

test('a list that breaks off fails for everybody who reads it', async () => {
  const lists = collectLists('the API', async function* () {
    yield item('a', '1');
    throw new AppError('connection-failed', 'cut');
  });

  const names = lists.repositories(signal)[Symbol.asyncIterator]();
  expect(await names.next()).toMatchObject({ value: 'a' });
  await expect(collect(lists.tags('a', signal))).rejects.toMatchObject({ code: 'connection-failed' });
  await expect(names.next()).rejects.toMatchObject({ code: 'connection-failed' });
});
