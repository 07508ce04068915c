import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maven } from './maven.ts';

// What Maven itself says, where its library is on the machine: one process for all pairs.

const repository = join(homedir(), '.m2/repository/org/apache');
const jars = ['maven/maven-artifact/3.9.*/maven-artifact-3.9.*.jar', 'commons/commons-lang3/*/commons-lang3-*.jar'].map(
  (pattern) => globSync(join(repository, pattern))[0],
);
const isThere = spawnSync('java', ['-version']).status === 0 && !jars.includes(undefined);
if (!isThere)
  console.warn('SKIPPED: java or maven-artifact 3.9 (in ~/.m2) is missing: Maven versions are not compared with it');

const word = fc.constantFrom(
  ...'0 1 2 10 00 05 a b m rc cr alpha beta milestone snapshot SNAPSHOT ga Final release sp x abc jre . . - - _ .0 -0 .1'.split(
    ' ',
  ),
  '99999999999',
  '99999999999999999999',
);
const version = fc.array(word, { minLength: 1, maxLength: 7 }).map((words) => `${words.join('')}1`);
const RELATION = /^ {3}\S+ (<|==|>) \S+$/gm;

test.skipIf(!isThere)('Maven agrees on 20 000 pairs', { timeout: 60_000 }, () => {
  // It compares each argument with the next.
  const versions = fc.sample(
    fc.oneof(
      version,
      fc.tuple(version, word).map(([start, end]) => `${start}${end}`),
    ),
    { seed: 5, numRuns: 20_001 },
  );

  const { stdout } = spawnSync(
    'java',
    ['-cp', jars.join(delimiter), 'org.apache.maven.artifact.versioning.ComparableVersion', ...versions],
    { encoding: 'utf8', maxBuffer: 1024 ** 3 },
  );
  const theirs = [...stdout.matchAll(RELATION)].map(([, sign]) => sign);
  const ours = versions
    .slice(1)
    .map((next, at) => ['<', '==', '>'][1 + Math.sign(maven.compare(versions[at] ?? '', next))]);

  expect(theirs).toHaveLength(20_000);
  expect(ours).toEqual(theirs);
});
