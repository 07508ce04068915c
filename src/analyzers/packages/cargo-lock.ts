import { z } from 'zod';
import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { isProjectFile } from '../project-files.ts';
import { readDocument } from '../read-document.ts';

const fileNames = ['Cargo.lock'];
/** Sources that cargo fetched bring their own, which says nothing about what was built. */
const FETCHED = /(?:^|\/)cargo\/(?:registry|git)\//;

const CargoLock = z.object({
  package: z.array(z.object({ name: z.unknown(), version: z.unknown(), source: z.unknown().optional() })).optional(),
});

/** Crates that a Rust project is locked to: https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html */
export const cargoLock: Analyzer = {
  name: 'cargo-lock',
  version: 1,
  maxBytes: 16 * 1024 ** 2,
  wants: (path) => isProjectFile(path, fileNames) && !FETCHED.test(path),
  analyze(file, problem) {
    const lock = readDocument(file.text(), 'TOML', CargoLock, problem);
    const found = new FoundPackages({ ecosystem: 'cargo', evidence: 'lock' });
    for (const { name, version, source } of lock?.package ?? []) {
      // Without a source it is a package of the project itself.
      if (source !== undefined) found.add(name, version);
    }
    return found.build(problem);
  },
};
