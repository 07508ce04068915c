import { spawnSync } from 'node:child_process';
import { compare as compareSemver } from 'semver';
import type { Compare } from './osv-json.ts';

// Orders of versions that owe nothing to src/versions/.

/** What dpkg itself says; a process each time. */
export const dpkgOrder: Compare = (a, b) => {
  if (spawnSync('dpkg', ['--compare-versions', a, 'eq', b]).status === 0) return 0;
  return spawnSync('dpkg', ['--compare-versions', a, 'lt', b]).status === 0 ? -1 : 1;
};

/** npm's own library, strict: versions of real advisories are whole ones. */
export const npmOrder: Compare = (a, b) => compareSemver(complete(a), complete(b));
const complete = (version: string) =>
  /^\d+(?:\.\d+)?$/.test(version) ? `${version}.0.0`.split('.', 3).join('.') : version;

const PLAIN_APK =
  /^(?<numbers>\d+(?:\.\d+)*)(?<letter>[a-z]?)(?:_(?<suffix>alpha|beta|pre|rc|git|p)(?<number>\d*))?-r(?<revision>\d+)$/;
const suffixes = ['alpha', 'beta', 'pre', 'rc', '', 'git', 'p'];

/** Whether a version is one of those that everybody orders alike, which most real ones are. */
export const isPlainApk = (version: string) => PLAIN_APK.test(version) && !/\.0\d/.test(version);

/** Of plain ones, column by column; there is no apk outside Alpine to ask. */
export const plainApkOrder: Compare = (a, b) => {
  const [left, right] = [columns(a), columns(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? -1) - (right[at] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
};

function columns(version: string): readonly number[] {
  const { numbers = '', letter, suffix, number, revision } = PLAIN_APK.exec(version)?.groups ?? {};
  const parts = numbers.split('.').map(Number);
  const padded = [...parts, ...new Array<number>(Math.max(0, 12 - parts.length)).fill(-1)];
  const code = letter ? letter.charCodeAt(0) : 0;
  return [...padded, code, suffixes.indexOf(suffix ?? ''), Number(number ?? 0), Number(revision)];
}

const RANK_SCRIPT = `import json, sys
from packaging.version import Version, InvalidVersion
def read(text):
    try:
        return Version(text)
    except InvalidVersion:
        return None
ranks = []
for versions in json.load(sys.stdin):
    parsed = {text: read(text) for text in versions}
    order = sorted({v for v in parsed.values() if v is not None})
    ranks.append({text: order.index(v) for text, v in parsed.items() if v is not None})
json.dump(ranks, sys.stdout)`;

export const hasPythonPackaging = () => spawnSync('python3', ['-c', 'import packaging']).status === 0;

/** For each list of versions, the place of each valid one in the order of Python's packaging library. */
export function pythonRanks(lists: readonly (readonly string[])[]): readonly ReadonlyMap<string, number>[] {
  const { stdout } = spawnSync('python3', ['-c', RANK_SCRIPT], {
    input: JSON.stringify(lists),
    encoding: 'utf8',
    maxBuffer: 1024 ** 3,
  });
  const ranks: readonly Readonly<Record<string, number>>[] = JSON.parse(stdout);
  return ranks.map((each) => new Map(Object.entries(each)));
}
