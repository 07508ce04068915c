import { z } from 'zod';
import type { Analyzer } from '../analyzer.ts';
import { addComposerPackages } from '../composer-packages.ts';
import { FoundPackages } from '../found-packages.ts';
import { isNamed, isTestContent } from '../project-files.ts';
import { readDocument } from '../read-document.ts';

const FILE = 'composer/installed.json';

const Packages = z.array(z.unknown());
const Installed = z.union([Packages, z.object({ packages: Packages }).transform(({ packages }) => packages)]);

/**
 * Installed PHP packages, from the list that Composer keeps beside them: https://getcomposer.org/doc/. Version 1 of
 * Composer writes a list, version 2 an object. What is in the list is in the folder, for development or not.
 */
export const composerInstalled: Analyzer = {
  name: 'composer-installed',
  version: 1,
  maxBytes: 32 * 1024 ** 2,
  wants: (path) => isNamed(path, [FILE]) && !isTestContent(path),
  analyze(file, problem) {
    const found = new FoundPackages({ ecosystem: 'composer' });
    addComposerPackages(readDocument(file.text(), 'JSON', Installed, problem) ?? [], found);
    return found.build(problem);
  },
};
