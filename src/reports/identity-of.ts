import { createHash } from 'node:crypto';
import type { LocatedPackage } from '../model/package.ts';

/** A name for a package at its place that is the same in every scan of the same content: 32 hexadecimal digits. */
export function identityOf(pkg: LocatedPackage, ...more: readonly string[]): string {
  return identityOfParts(pkg.ecosystem, pkg.name, pkg.version, pkg.architecture ?? '', pkg.path, ...more);
}

/** The same for anything that these texts tell apart from everything else. */
export function identityOfParts(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** The same as above for a whole document, as a UUID of version 8 (RFC 9562: made by a rule of our own). */
export function uuidOf(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
