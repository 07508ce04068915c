import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';

const FILE = 'release';
const FIELD = 'JAVA_VERSION="';
const VALUE = /^JAVA_VERSION="([^"\r\n]{1,100})"\r?$/m;
/** `1.8.0_412`, which is update 412 of 8. */
const BEFORE_9 = /^1\.([5-8])\.0(?:_([0-9]{1,5}))?(?:-[\w-]+)?$/;
/** Since 9: `17`, `17.0.9`, `17.0.8.1`, each perhaps with `-ea`: https://openjdk.org/jeps/322. */
const SINCE_9 = /^([0-9]{1,3}(?:\.[0-9]{1,4}){0,2})(?:\.[0-9]{1,4})*(-[\w.-]+)?$/;

/**
 * A Java that no package manager installed, by the file `release` of its folder, which JDK, JRE and what jlink makes have
 * (JEP 223). Advisories are filed under `java`, with `8.0.412` for `1.8.0_412`, and three numbers at most.
 */
export const javaRuntime: Analyzer = {
  name: 'java-runtime',
  version: 1,
  maxBytes: 64 * 1024,
  wants: (path) => path.endsWith(FILE) && (path.length === FILE.length || path.at(-FILE.length - 1) === '/'),
  // Files of this name belong to many; in those of a Java the version comes before the long list of modules.
  magic: (head) => Buffer.from(head.buffer, head.byteOffset, head.byteLength).includes(FIELD),
  analyze(file, problem) {
    const found = new FoundPackages({ ecosystem: 'generic' });
    const [, written = ''] = VALUE.exec(file.text()) ?? [];
    const version = toVersion(written);
    if (version === undefined) problem('it is that of a Java, but tells no version of it');
    else found.add('java', version);
    return found.build(problem);
  },
};

function toVersion(written: string): string | undefined {
  const [, old, update = '0'] = BEFORE_9.exec(written) ?? [];
  if (old !== undefined) return `${old}.0.${update}`;
  const [, version, early = ''] = SINCE_9.exec(written) ?? [];
  return version === undefined ? undefined : version + early;
}
