import type { Analyzer } from '../analyzer.ts';
import { isElf } from '../executables/parse-elf.ts';
import { FoundPackages } from '../found-packages.ts';
import { type KnownProgram, knownPrograms } from '../known-programs.ts';

const VERSION_BYTES = 120;

/**
 * Well-known programs that were copied in or built without a package manager, as official images do with Node.js and
 * Python. Only those that tell one version of themselves; one that tells none, or two, is a problem.
 */
export const knownProgram: Analyzer = {
  name: 'known-program',
  version: 2,
  maxBytes: 256 * 1024 ** 2,
  wants: (path) => programAt(path) !== undefined,
  magic: isElf,
  analyze(file, problem) {
    const found = new FoundPackages({ ecosystem: 'generic' });
    const program = programAt(file.path);
    if (!program) return [];
    const versions = versionsIn(file.bytes, file.path, program);
    const [version] = versions;
    if (version !== undefined && versions.size === 1) found.add(program.name, version);
    else if (versions.size > 0 || !program.mayBeShared)
      problem(
        `it is named as ${program.name} is, but tells ${versions.size === 0 ? 'no version' : 'several versions'} of itself`,
      );
    return found.build(problem);
  },
};

function programAt(path: string): KnownProgram | undefined {
  const start = path.lastIndexOf('/') + 1;
  return knownPrograms.find(({ starts, path: whole }) => path.startsWith(starts, start) && whole.test(path));
}

function versionsIn(bytes: Uint8Array, path: string, { path: whole, before, version }: KnownProgram) {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mark = before.replace('*', whole.exec(path)?.[1] ?? '');
  const versions = new Set<string>();
  for (let at = file.indexOf(mark); at >= 0; at = file.indexOf(mark, at + mark.length)) {
    const found = version.exec(file.toString('latin1', Math.max(0, at - 1), at + VERSION_BYTES))?.[1];
    if (found !== undefined) versions.add(found);
    if (versions.size > 1) break;
  }
  return versions;
}
