import type { Package } from '../../model/package.ts';
import { isPackageText } from '../package-text.ts';
import { DatabaseError } from './database-error.ts';
import { type RpmHeader, Tag } from './rpm-header.ts';
import { sourceOf } from './source-of.ts';

/** A key that packages are signed with; rpm keeps it as if it were one. */
const KEY = 'gpg-pubkey';

/**
 * The package that a header is about; undefined for a key.
 * @throws DatabaseError when it has no name or version that one can have
 */
export function readRpmPackage(header: RpmHeader): Package | undefined {
  const name = header.text(Tag.name);
  if (name === KEY) return undefined;
  if (!isPackageText(name)) throw new DatabaseError('a package has no valid name');
  const [version, release] = [header.text(Tag.version), header.text(Tag.release)];
  const [epoch = 0] = header.numbers(Tag.epoch);
  const full = `${epoch === 0 ? '' : `${epoch}:`}${version}-${release}`;
  if (!version || !release || !isPackageText(full)) throw new DatabaseError(`${name} has no valid version and release`);
  const architecture = header.text(Tag.architecture);
  const source = sourceOf(header.text(Tag.sourceRpm), epoch);
  const modularity = header.text(Tag.modularityLabel);
  return {
    ecosystem: 'rpm',
    name,
    version: full,
    ...(isPackageText(architecture) ? { architecture } : {}),
    ...(source ? { source } : {}),
    ...(isPackageText(modularity) ? { modularity } : {}),
  };
}
