import type { Analyzer } from '../analyzer.ts';
import { isElf } from '../executables/parse-elf.ts';
import { FoundPackages } from '../found-packages.ts';

/** How a program writes its version into itself, and nothing else does. */
const programs: readonly { readonly file: string; readonly name: string; readonly before: string }[] = [
  // node::per_process and the user agent of undici: https://github.com/nodejs/node/blob/main/src/node_metadata.cc
  { file: 'node', name: 'node', before: 'node.js/v' },
  // https://github.com/nginx/nginx/blob/master/src/core/nginx.h: what `nginx -v` prints.
  { file: 'nginx', name: 'nginx', before: 'nginx version: nginx/' },
];
const VERSION = /^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}(?![0-9.])/;
const VERSION_BYTES = 20;

/**
 * Well-known programs that were copied in without a package manager, as official images do with Node.js. Only those
 * that tell one version of themselves; one that tells none, or two, is a problem.
 */
export const knownProgram: Analyzer = {
  name: 'known-program',
  version: 1,
  maxBytes: 256 * 1024 ** 2,
  wants: (path) => programs.some(({ file }) => path.endsWith(`bin/${file}`)),
  magic: isElf,
  analyze(file, problem) {
    const found = new FoundPackages({ ecosystem: 'generic' });
    for (const { file: name, name: program, before } of programs) {
      if (!file.path.endsWith(`bin/${name}`)) continue;
      const versions = versionsAfter(file.bytes, before);
      const [version] = [...versions];
      if (version !== undefined && versions.size === 1) found.add(program, version);
      else
        problem(`it is named ${name}, but tells ${versions.size === 0 ? 'no version' : 'several versions'} of itself`);
    }
    return found.build(problem);
  },
};

function versionsAfter(bytes: Uint8Array, before: string): ReadonlySet<string> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const versions = new Set<string>();
  for (let at = file.indexOf(before); at >= 0; at = file.indexOf(before, at + before.length)) {
    const start = at + before.length;
    const [version] = VERSION.exec(file.toString('latin1', start, start + VERSION_BYTES)) ?? [];
    if (version !== undefined) versions.add(version);
    if (versions.size > 1) break;
  }
  return versions;
}
