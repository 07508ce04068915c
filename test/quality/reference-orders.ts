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

/** For each list of versions, the place of each valid one in the order of a reference. */
export type Ranks = readonly ReadonlyMap<string, number>[];

/** In the order of Python's packaging library. */
export function pythonRanks(lists: readonly (readonly string[])[]): Ranks {
  const ranks: readonly Readonly<Record<string, number>>[] = JSON.parse(
    ask('python3', ['-c', RANK_SCRIPT], JSON.stringify(lists)),
  );
  return ranks.map((each) => new Map(Object.entries(each)));
}

const GEM_SCRIPT = `STDIN.each_line do |line|
  texts = line.split
  order = texts.map { |t| Gem::Version.new(t) }.sort.slice_when { |a, b| a != b }.map(&:first)
  puts texts.map { |t| order.index { |v| v == Gem::Version.new(t) } }.join(" ")
end`;

export const hasRuby = () => spawnSync('ruby', ['--version']).status === 0;

/** In the order of RubyGems itself. */
export const gemRanks = (lists: readonly (readonly string[])[]): Ranks => rankLines('ruby', ['-e', GEM_SCRIPT], lists);

const RPM_SCRIPT = `%{lua:
for line in io.lines() do
  local texts, order, ranks = {}, {}, {}
  for text in line:gmatch("%S+") do texts[#texts + 1] = text; order[#order + 1] = text end
  table.sort(order, function(a, b) return rpm.vercmp(a, b) < 0 end)
  local rank = 0
  for at, text in ipairs(order) do
    if at > 1 and rpm.vercmp(order[at - 1], text) ~= 0 then rank = rank + 1 end
    ranks[text] = rank
  end
  for at, text in ipairs(texts) do texts[at] = ranks[text] end
  print(table.concat(texts, " ") .. "\\n")
end}`;

export const hasRpm = () => spawnSync('rpm', ['--version']).status === 0;

/** In the order of rpm itself. */
export const rpmRanks = (lists: readonly (readonly string[])[]): Ranks =>
  rankLines('rpm', ['--eval', RPM_SCRIPT], lists);

/** A list on each line, and a line of places for each. */
function rankLines(command: string, args: readonly string[], lists: readonly (readonly string[])[]): Ranks {
  const lines = ask(command, args, lists.map((versions) => `${versions.join(' ')}\n`).join('')).split('\n');
  return lists.map((versions, at) => {
    const places = lines[at]?.split(' ').map(Number) ?? [];
    return new Map(versions.map((version, index) => [version, places[index] ?? Number.NaN]));
  });
}

function ask(command: string, args: readonly string[], input: string): string {
  return spawnSync(command, [...args], { input, encoding: 'utf8', maxBuffer: 1024 ** 3 }).stdout;
}

const PLAIN_NUMBERS = /^\d+(?:\.\d+){0,3}$/;

/** Whether a version is of at most four numbers, which Composer orders by them, with zeros where there are none. */
export const isPlainNumbers = (version: string) => PLAIN_NUMBERS.test(version);

export const plainNumbersOrder: Compare = (a, b) => {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  return [0, 1, 2, 3].reduce((order, at) => order || (left[at] ?? 0) - (right[at] ?? 0), 0);
};
