import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { isProjectFile } from '../project-files.ts';
import { linesOf } from '../stanzas.ts';

const fileNames = ['gradle.lockfile'];
const TEST = /test/i;

/**
 * What a Gradle project is locked to, `group:artifact:version=configurations` a line, but for what only tests need:
 * https://docs.gradle.org/current/userguide/dependency_locking.html
 */
export const gradleLock: Analyzer = {
  name: 'gradle-lock',
  version: 1,
  maxBytes: 16 * 1024 ** 2,
  wants: (path) => isProjectFile(path, fileNames),
  analyze(file, problem) {
    const found = new FoundPackages({ ecosystem: 'maven', evidence: 'lock' });
    for (const line of linesOf(file.text())) {
      if (line.trim() === '' || line.startsWith('#') || line.startsWith('empty=')) continue;
      const [coordinates = '', configurations = ''] = line.split('=', 2);
      if (configurations.split(',').every((name) => TEST.test(name))) continue;
      const [group, artifact, version, more] = coordinates.split(':', 4);
      if (group && artifact && more === undefined) found.add(`${group}:${artifact}`, version, coordinates);
      else found.unread(line);
    }
    return found.build(problem);
  },
};
