import type { AffectedPackage } from '../model/vulnerability.ts';
import { fixWords } from './fix-words.ts';

/** `Upgrade libssl3 to 3.0.11-1.` or why there is nothing to upgrade to. */
export function fixAdvice({ package: pkg, fixedVersion, status }: AffectedPackage): string {
  if (fixedVersion !== undefined) return `Upgrade ${pkg.name} to ${fixedVersion}.`;
  return status && status !== 'fixed'
    ? `No fixed version of ${pkg.name}: ${fixWords[status]}.`
    : `No fix of ${pkg.name} is known.`;
}
