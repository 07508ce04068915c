import type { Analyzer } from '../analyzer.ts';
import { isArchiveName } from '../java/is-archive-name.ts';
import { readArchive } from '../java/read-archive.ts';

/**
 * Java packages in archives, nested ones too: by the pom.properties that Maven leaves in them, else by manifest and file
 * name: https://maven.apache.org/shared/maven-archiver/
 */
export const java: Analyzer = {
  name: 'java',
  version: 2,
  maxBytes: 256 * 1024 ** 2,
  wants: isArchiveName,
  analyze: (file, problem) => readArchive(file, problem),
};
