import { pep440 } from '../versions/pep440.ts';
import type { Ecosystem } from './ecosystem.ts';

/** Python packages; names normalised as PEP 503 says. */
export const pypi: Ecosystem = {
  name: 'pypi',
  versions: pep440,
  purlType: 'pypi',
  namespaces: () => ['PyPI'],
  lookup: (pkg) => ({ name: pkg.name.toLowerCase().replace(SEPARATORS, '-'), version: pkg.version }),
};

const SEPARATORS = /[-_.]+/g;
