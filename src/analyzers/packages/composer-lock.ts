import { z } from 'zod';
import type { Analyzer } from '../analyzer.ts';
import { addComposerPackages } from '../composer-packages.ts';
import { FoundPackages } from '../found-packages.ts';
import { isProjectFile } from '../project-files.ts';
import { readDocument } from '../read-document.ts';

const fileNames = ['composer.lock'];

const Lock = z.object({ packages: z.array(z.unknown()) });

/**
 * What Composer would install for a project, without `packages-dev`:
 * https://getcomposer.org/doc/01-basic-usage.md#commit-your-composer-lock-file-to-version-control
 */
export const composerLock: Analyzer = {
  name: 'composer-lock',
  version: 1,
  maxBytes: 32 * 1024 ** 2,
  wants: (path) => isProjectFile(path, fileNames),
  analyze(file, problem) {
    const found = new FoundPackages({ ecosystem: 'composer', evidence: 'lock' });
    addComposerPackages(readDocument(file.text(), 'JSON', Lock, problem)?.packages ?? [], found);
    return found.build(problem);
  },
};
