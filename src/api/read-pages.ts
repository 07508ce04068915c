// A page is converted in one go, while the API waits: some 20 ms for the widest rows.
const PAGE = 200;

/** Rows of keys that were chosen before, read in pages so that memory does not grow with their number. */
export async function* readPages<Key, Item, Result>(
  keys: readonly Key[],
  read: (keys: readonly Key[]) => Promise<readonly Item[]>,
  convert: (item: Item) => Result,
): AsyncGenerator<readonly Result[]> {
  for (let at = 0; at < keys.length; at += PAGE) yield (await read(keys.slice(at, at + PAGE))).map(convert);
}
