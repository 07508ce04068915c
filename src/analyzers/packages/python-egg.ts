import type { Analyzer } from '../analyzer.ts';
import { readCoreMetadata } from '../read-core-metadata.ts';
import { readZip } from '../zip/read-zip.ts';

const METADATA = 'EGG-INFO/PKG-INFO';
const MAX_METADATA_BYTES = 16 * 1024 ** 2;
const MAX_ENTRIES = 1_000_000;
const ZIP = [0x50, 0x4b];

/**
 * A Python distribution in one archive, which Python imports from without unpacking it, as easy_install and buildout leave
 * them: https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html
 */
export const pythonEgg: Analyzer = {
  name: 'python-egg',
  version: 1,
  maxBytes: 256 * 1024 ** 2,
  wants: (path) => path.endsWith('.egg'),
  magic: (head) => ZIP.every((byte, at) => head[at] === byte),
  analyze(file, problem) {
    const entries = readZip(file.bytes);
    if (typeof entries === 'string') {
      problem(entries);
      return [];
    }
    let left = MAX_ENTRIES;
    for (const entry of entries) {
      if (left-- <= 0) break;
      if (entry.name !== METADATA) continue;
      const metadata = entry.read(MAX_METADATA_BYTES);
      if (metadata) return readCoreMetadata(metadata.toString('utf8'), problem);
      problem(`${METADATA} in it is damaged, encrypted or too large`);
      return [];
    }
    problem(`there is no ${METADATA} in it`);
    return [];
  },
};
