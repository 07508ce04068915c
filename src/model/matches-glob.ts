const SEPARATOR = '/';

/**
 * Whether a whole path fits a glob: `*` is any text within a folder, `?` one character of it, `**` any text at all, and a
 * leading `/` means nothing. It takes at most length of glob × length of path steps, whatever they hold.
 */
export function matchesGlob(path: string, glob: string): boolean {
  const parts = glob.replace(/^\//, '').match(/\*\*\/?|[\s\S]/g) ?? [];
  // reached[i]: the parts so far fit the first i characters.
  let reached = new Uint8Array(path.length + 1);
  reached[0] = 1;
  for (const part of parts) reached = step(part, path, reached);
  return reached[path.length] === 1;
}

function step(part: string, path: string, before: Uint8Array): Uint8Array<ArrayBuffer> {
  const after = new Uint8Array(before.length);
  let running = false; // a star that has begun
  for (let i = 0; i <= path.length; i++) {
    const previous = i > 0 ? path[i - 1] : undefined;
    if (part === '**') running ||= before[i] === 1;
    else if (part === '**/') {
      // Whole folders, or none: `**/a` fits `a` and `x/y/a`, and not `xa`.
      running ||= before[i] === 1;
      if (before[i] === 1 || (running && previous === SEPARATOR)) after[i] = 1;
      continue;
    } else if (part === '*') running = before[i] === 1 || (running && previous !== SEPARATOR);
    else {
      const fits = part === '?' ? previous !== SEPARATOR : previous === part;
      if (previous !== undefined && before[i - 1] === 1 && fits) after[i] = 1;
      continue;
    }
    if (running) after[i] = 1;
  }
  return after;
}
