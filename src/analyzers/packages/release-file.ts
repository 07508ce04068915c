import type { Analyzer } from '../analyzer.ts';
import { linesOf } from '../stanzas.ts';

/** The systems of before os-release, and those that still have both. */
const files = new Set([
  'oracle-release',
  'centos-release',
  'fedora-release',
  'redhat-release',
  'system-release',
  'SuSE-release',
]);
const folders = ['etc/', 'usr/lib/'];
const families: readonly (readonly [string, string])[] = [
  ['CentOS', 'centos'],
  ['Red Hat Enterprise Linux', 'rhel'],
  ['Oracle Linux', 'ol'],
  ['Fedora', 'fedora'],
  ['Amazon Linux', 'amzn'],
  ['SUSE Linux Enterprise Server', 'sles'],
  ['SUSE Linux Enterprise Desktop', 'sled'],
  ['openSUSE', 'opensuse'],
];
const RELEASE = /\brelease ([0-9]{1,4}(?:\.[0-9]{1,3}){0,2})\b/;
const SUSE_RELEASE = /^(?:SUSE Linux Enterprise|openSUSE) [A-Za-z ]{0,40}([0-9]{1,3}(?:\.[0-9]{1,3})?)\b/;
const PATCH_LEVEL = /^PATCHLEVEL = ([0-9]{1,2})$/;
const MAX_NAME = 256;
const CONTROL = /\p{Cc}/gu;

/** Which operating system it is where there is no os-release, as in Red Hat's 6: `CentOS release 6.10 (Final)`. */
export const releaseFile: Analyzer = {
  name: 'release-file',
  version: 1,
  maxBytes: 1024 ** 2,
  wants: (path) => folders.some((folder) => path.startsWith(folder) && files.has(path.slice(folder.length))),
  // Any file; but a link to another one is nothing to complain about, as most of them are.
  magic: (head) => head.byteLength > 0,
  analyze(file) {
    const [line = '', ...rest] = linesOf(file.text());
    const family = families.find(([name]) => line.startsWith(name))?.[1];
    const release = RELEASE.exec(line)?.[1] ?? suseRelease(line, rest);
    if (family === undefined || release === undefined) return [];
    return [{ kind: 'os', family, release, name: line.slice(0, MAX_NAME).replace(CONTROL, '\ufffd') }];
  },
};

/** `SUSE Linux Enterprise Server 11 (x86_64)`, and `PATCHLEVEL = 4` two lines below. */
function suseRelease(line: string, rest: readonly string[]): string | undefined {
  const release = SUSE_RELEASE.exec(line)?.[1];
  const level = rest.map((each) => PATCH_LEVEL.exec(each.trim())?.[1]).find((each) => each !== undefined);
  return release === undefined || release.includes('.') || level === undefined ? release : `${release}.${level}`;
}
