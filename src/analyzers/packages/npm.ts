import { z } from 'zod';
import type { Analyzer } from '../analyzer.ts';
import { isPackageText } from '../package-text.ts';

const FILE = '/package.json';
const FOLDER = 'node_modules/';
/** Where Debian's packages put libraries: https://wiki.debian.org/Javascript/Policy */
const DEBIAN_FOLDER = 'usr/share/nodejs/';
/** The root of a package: `node_modules/name` or `node_modules/@scope/name`; a dot starts npm's own folders. */
const PACKAGE_ROOT = /^(?:@[^/]+\/)?[^/@.][^/]*$/;
// Packages that a package brings along to be tested with are no installation.
const testFolders = new Set(['test', 'tests', '__tests__', 'fixture', 'fixtures', '__fixtures__']);

const text = z.string().refine(isPackageText);
const PackageJson = z.object({ name: text, version: text });

/** Installed npm packages: https://docs.npmjs.com/cli/configuring-npm/package-json */
export const npm: Analyzer = {
  name: 'npm',
  version: 2,
  maxBytes: 4 * 1024 ** 2,
  wants(path) {
    if (!path.endsWith(FILE)) return false;
    if (isOfDebian(path)) return true;
    const start = path.lastIndexOf(FOLDER);
    if (start === -1 || (start > 0 && path[start - 1] !== '/')) return false;
    if (!PACKAGE_ROOT.test(path.slice(start + FOLDER.length, -FILE.length))) return false;
    const outer = path.indexOf(FOLDER);
    return (
      outer === start ||
      !path
        .slice(outer, start)
        .split('/')
        .some((folder) => testFolders.has(folder))
    );
  },
  analyze(file, problem) {
    let value: unknown;
    try {
      value = JSON.parse(file.text().replace(/^\uFEFF/, ''));
    } catch (error) {
      problem(`not valid JSON: ${error instanceof Error ? error.message.slice(0, 100) : ''}`);
      return [];
    }
    const parsed = PackageJson.safeParse(value);
    if (!parsed.success) {
      if (isOfDebian(file.path)) return []; // some of Debian's have no version: their Debian package speaks for them
      problem(`no valid ${String(parsed.error.issues[0]?.path[0] ?? 'object')}`);
      return [];
    }
    return [{ kind: 'package', package: { ecosystem: 'npm', ...parsed.data } }];
  },
};

const isOfDebian = (path: string): boolean =>
  path.startsWith(DEBIAN_FOLDER) && PACKAGE_ROOT.test(path.slice(DEBIAN_FOLDER.length, -FILE.length));
