import { DatabaseError } from './database-error.ts';
import { type RpmHeader, Tag } from './rpm-header.ts';

/** Which files a package installed, without a leading slash: three lists, or one in packages of the last century. */
export function* ownedPaths(header: RpmHeader): Generator<string, void> {
  for (const path of header.texts(Tag.oldFileNames)) yield withoutSlash(path);
  const directories = header.texts(Tag.directoryNames).map(withoutSlash);
  const indexes = header.numbers(Tag.directoryIndexes);
  const names = header.texts(Tag.baseNames);
  for (const [at, name] of names.entries()) {
    const directory = directories[indexes[at] ?? -1];
    if (directory === undefined) throw new DatabaseError('a file of it is in no folder');
    yield directory + name;
  }
}

const withoutSlash = (path: string) => (path.startsWith('/') ? path.slice(1) : path);
