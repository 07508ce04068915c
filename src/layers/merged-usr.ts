const MERGED = /^(?:bin|sbin|lib|lib32|lib64|libx32)\//;

/**
 * The one name of a file that has two where /bin, /sbin and /lib* are links into /usr: `usr/bin/x` for `bin/x`. Package
 * databases and layers may each use either: https://wiki.debian.org/UsrMerge
 */
export function mergedUsr(path: string): string {
  return MERGED.test(path) ? `usr/${path}` : path;
}
