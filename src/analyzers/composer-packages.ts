import { z } from 'zod';
import type { FoundPackages } from './found-packages.ts';

const Entry = z.object({
  name: z.string(),
  version: z.string(),
  dist: z.object({ type: z.string().optional() }).nullish(),
});

/** The packages of a list as Composer writes it, but those that are a folder of the project. */
export function addComposerPackages(values: readonly unknown[], found: FoundPackages): void {
  for (const value of values) {
    const { data: entry } = Entry.safeParse(value);
    if (!entry) found.unread(value);
    else if (entry.dist?.type !== 'path') found.add(entry.name.toLowerCase(), entry.version);
  }
}
