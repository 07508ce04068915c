import type { Analyzer } from '../analyzer.ts';
import { isPackageText } from '../package-text.ts';
import { linesOf } from '../stanzas.ts';

/** `<package>.list` or `<package>:<architecture>.list`: a path a line, absolute, folders too. */
const INFO = 'var/lib/dpkg/info/';
const LIST = '.list';
/** Distroless images have checksums instead, as md5sum(1) writes them: `<md5>  <path>`, relative. */
const STATUS_FOLDER = 'var/lib/dpkg/status.d/';
const SUMS = '.md5sums';
const SUM_LINE = /^\\?[0-9a-f]{1,128} [ *](.+)$/;

/** Which files the packages of Debian and Ubuntu installed: https://man7.org/linux/man-pages/man1/dpkg-query.1.html */
export const dpkgFiles: Analyzer = {
  name: 'dpkg-files',
  version: 1,
  maxBytes: 64 * 1024 ** 2,
  wants: (path) => isIn(INFO, LIST, path) || isIn(STATUS_FOLDER, SUMS, path),
  analyze(file, problem) {
    const sums = file.path.endsWith(SUMS);
    const [name] = file.path.slice(file.path.lastIndexOf('/') + 1, sums ? -SUMS.length : -LIST.length).split(':', 1);
    if (!isPackageText(name)) {
      problem('its name is not that of a package');
      return [];
    }
    const paths: string[] = [];
    let number = 0;
    let bad: number | undefined;
    for (const line of linesOf(file.text())) {
      number++;
      const path = sums ? SUM_LINE.exec(line)?.[1] : line.startsWith('/') ? line.slice(1) : undefined;
      if (path === undefined) bad ??= number;
      else paths.push(path);
    }
    if (bad !== undefined) problem(`line ${bad} names no file`);
    return paths.length === 0 ? [] : [{ kind: 'ownership', owner: { ecosystem: 'deb', name }, paths }];
  },
};

function isIn(folder: string, ending: string, path: string): boolean {
  if (!path.startsWith(folder) || !path.endsWith(ending)) return false;
  return path.length > folder.length + ending.length && !path.includes('/', folder.length);
}
