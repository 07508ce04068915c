import { z } from 'zod';
import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { isTestContent } from '../project-files.ts';
import { readDocument } from '../read-document.ts';

const FOLDER = 'conda-meta/';
const ENDING = '.json';

const Meta = z.object({ name: z.string(), version: z.string() });

/**
 * Installed packages of Conda, one file for each in the environment:
 * https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/environments.html
 */
export const condaMeta: Analyzer = {
  name: 'conda-meta',
  version: 1,
  maxBytes: 64 * 1024 ** 2, // it lists every file of the package
  wants(path) {
    if (!path.endsWith(ENDING)) return false;
    const start = path.lastIndexOf('/') + 1 - FOLDER.length;
    return (
      start >= 0 && path.startsWith(FOLDER, start) && (start === 0 || path[start - 1] === '/') && !isTestContent(path)
    );
  },
  analyze(file, problem) {
    const meta = readDocument(file.text(), 'JSON', Meta, problem);
    const found = new FoundPackages({ ecosystem: 'conda' });
    if (meta) found.add(meta.name, meta.version);
    return found.build(problem);
  },
};
