/** A path below the root, without `.`, `..`, doubled or outer slashes; '' is the root itself. */
export type NormalisedPath = { readonly path: string } | { readonly problem: string };

const NEEDS_WORK = /^\/|\/$|\/\/|(?:^|\/)\.\.?(?:\/|$)|\0/;

/**
 * The one place where names from archives become paths. Resolved lexically, as container engines do before they
 * unpack; a name that climbs out of the root is a problem, not a path.
 */
export function normalisePath(name: string, maxBytes: number): NormalisedPath {
  if (name.length > maxBytes || (name.length * 3 > maxBytes && Buffer.byteLength(name) > maxBytes)) {
    return { problem: `the path is longer than ${maxBytes} bytes (PLIMSOLL_MAX_PATH_BYTES)` };
  }
  if (!NEEDS_WORK.test(name)) return { path: name };
  if (name.includes('\0')) return { problem: 'the path holds a NUL byte' };
  const kept: string[] = [];
  for (const segment of name.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') kept.push(segment);
    else if (kept.pop() === undefined) return { problem: 'the path leads out of the root' };
  }
  return { path: kept.join('/') };
}

/** Folder part of a normalised path, '' for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
