import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { gradleLock } from './gradle-lock.ts';

const lock = `# This is a Gradle generated file for dependency locking.
# Manual edits can break the build and are not advised.
com.google.guava:guava:31.1-jre=compileClasspath,runtimeClasspath
junit:junit:4.13.2=testCompileClasspath,testRuntimeClasspath
empty=annotationProcessor
`;

test('what is compiled or run is listed as locked, what only tests need is not', () => {
  expect(analyzeText(gradleLock, 'app/gradle.lockfile', lock)).toEqual({
    findings: [
      {
        kind: 'package',
        package: { ecosystem: 'maven', name: 'com.google.guava:guava', version: '31.1-jre', evidence: 'lock' },
      },
    ],
    problems: [],
  });
});

test('a line of another form is a problem, and the others are kept', () => {
  const { findings, problems } = analyzeText(gradleLock, 'gradle.lockfile', `${lock}guava=compileClasspath\n`);

  expect(findings).toHaveLength(1);
  expect(problems).toEqual([expect.stringContaining('guava')]);
});
