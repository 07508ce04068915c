import { setImmediate } from 'node:timers/promises';

/** One question to the database: under load it waits behind those of the lists. */
const READ = 500;
/** A page is converted in one go, while the API waits: some 10 ms for the widest rows. */
const PAGE = 100;

/** Rows of keys that were chosen before, read in pages so that memory does not grow with their number. */
export async function* readPages<Key, Item, Result>(
  keys: readonly Key[],
  read: (keys: readonly Key[]) => Promise<readonly Item[]>,
  convert: (item: Item) => Result,
): AsyncGenerator<readonly Result[]> {
  for (let at = 0; at < keys.length; at += READ) {
    const items = await read(keys.slice(at, at + READ));
    for (let from = 0; from < items.length; from += PAGE) {
      yield items.slice(from, from + PAGE).map(convert);
      await setImmediate();
    }
  }
}
