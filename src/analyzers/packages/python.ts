import type { Analyzer } from '../analyzer.ts';
import { readCoreMetadata } from '../read-core-metadata.ts';

const endings = ['.dist-info/METADATA', '.egg-info/PKG-INFO', '/EGG-INFO/PKG-INFO', '.egg-info'];

/** Installed Python distributions, from the headers of their core metadata. */
export const python: Analyzer = {
  name: 'python',
  version: 1,
  maxBytes: 16 * 1024 ** 2,
  wants: (path) => endings.some((ending) => path.endsWith(ending)),
  analyze: (file, problem) => readCoreMetadata(file.text(), problem),
};
