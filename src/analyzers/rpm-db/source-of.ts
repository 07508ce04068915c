import type { Package } from '../../model/package.ts';
import { isPackageText } from '../package-text.ts';

const SOURCE_RPM = /^([^\s/]+)-([^-\s/]+)-([^-\s/]+)\.(?:src|nosrc)\.rpm$/;
const MAX_LENGTH = 1_000;

/** `openssl-1.1.1k-9.el8_7.src.rpm` and the epoch of the package, which is nearly always that of its source too. */
export function sourceOf(sourceRpm: string | undefined, epoch: number): Package['source'] | undefined {
  const [, name, version, release] = (sourceRpm && sourceRpm.length <= MAX_LENGTH && SOURCE_RPM.exec(sourceRpm)) || [];
  const full = `${epoch === 0 ? '' : `${epoch}:`}${version}-${release}`;
  return isPackageText(name) && isPackageText(full) ? { name, version: full } : undefined;
}
