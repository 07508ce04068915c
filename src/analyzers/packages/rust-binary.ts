import { z } from 'zod';
import type { Analyzer } from '../analyzer.ts';
import type { ExecutablePart } from '../executables/executable.ts';
import { isExecutable, parseExecutables } from '../executables/parse-executables.ts';
import { FoundPackages } from '../found-packages.ts';
import { mayBeProgram } from '../program-path.ts';
import { readDocument } from '../read-document.ts';
import { inflateBounded } from '../zip/inflate-bounded.ts';

const SECTION = '.dep-v0';
const MAX_UNPACKED = 8 * 1024 ** 2; // what the authors of cargo-auditable propose; a thousand crates take some 100 KB

const AuditData = z.object({
  packages: z.array(
    z.object({
      name: z.unknown(),
      version: z.unknown(),
      source: z.string().optional(),
      /** Absent: `runtime`. */
      kind: z.string().optional(),
      root: z.boolean().optional(),
    }),
  ),
});

/**
 * Crates in Rust programs and libraries that were built with cargo-auditable:
 * https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md. Others do not tell.
 */
export const rustBinary: Analyzer = {
  name: 'rust-binary',
  version: 2,
  maxBytes: 256 * 1024 ** 2,
  marks: [SECTION],
  wants: mayBeProgram,
  magic: isExecutable,
  analyze(file, problem) {
    const found = new FoundPackages({ ecosystem: 'cargo' });
    for (const { sections } of parseExecutables(file.bytes)) {
      const section = sections.find(({ name }) => name === SECTION);
      if (section) addCrates(section, found, problem);
    }
    return found.build(problem);
  },
};

function addCrates({ bytes }: ExecutablePart, found: FoundPackages, problem: (message: string) => void): void {
  const unpacked = inflateBounded(bytes, MAX_UNPACKED, 'zlib');
  if (!unpacked) {
    problem(`its section ${SECTION} cannot be unpacked, or has more than ${MAX_UNPACKED} bytes`);
    return;
  }
  const data = readDocument(unpacked.toString('utf8'), 'JSON', AuditData, problem);
  for (const { name, version, source, kind = 'runtime', root = false } of data?.packages ?? []) {
    // Of its own workspace only the program itself is known by its name to others.
    if (kind === 'runtime' && (source !== 'local' || root)) found.add(name, version);
  }
}
