import { parentOf } from './normalise-path.ts';

/**
 * Values at normalised paths, in the order they were set, where everything below a folder can be taken away at the cost
 * of what is taken.
 */
export class PathMap<T> {
  readonly #values = new Map<string, T>();
  /** What lies directly in each folder that leads to a value; it may name what is gone again. */
  readonly #inside = new Map<string, Set<string>>();

  #folderCharacters = 0;

  /** Length of the paths of all folders that were ever kept track of: what deep paths cost in time and memory. */
  get folderCharacters(): number {
    return this.#folderCharacters;
  }

  get(path: string): T | undefined {
    return this.#values.get(path);
  }

  /** A path that is set again moves to the end when it was deleted before, and else keeps its place. */
  set(path: string, value: T): void {
    this.#values.set(path, value);
    for (let child = path; child !== ''; ) {
      const folder = parentOf(child);
      const known = this.#inside.get(folder);
      if (known?.has(child)) return;
      if (known) known.add(child);
      else {
        this.#inside.set(folder, new Set([child]));
        this.#folderCharacters += folder.length;
      }
      child = folder;
    }
  }

  delete(path: string): void {
    this.#values.delete(path);
  }

  /** Takes away what lies below a folder ('' is the root), not what lies at it. */
  deleteBelow(path: string): void {
    if (!this.#inside.has(path)) return;
    const folders = [path];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      const inside = this.#inside.get(folder);
      if (!inside) continue;
      this.#inside.delete(folder);
      for (const child of inside) {
        this.#values.delete(child);
        folders.push(child);
      }
    }
  }

  entries(): IterableIterator<[string, T]> {
    return this.#values.entries();
  }

  values(): IterableIterator<T> {
    return this.#values.values();
  }
}
