import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { parseGoMod } from '../go/parse-go-mod.ts';
import { isProjectFile } from '../project-files.ts';

const fileNames = ['go.mod'];
/** Go's own sources: what was built from them says so itself. */
const ownModules = new Set(['std', 'cmd']);

/** What a Go module requires: https://go.dev/ref/mod#go-mod-file */
export const goMod: Analyzer = {
  name: 'go-mod',
  version: 1,
  maxBytes: 4 * 1024 ** 2,
  wants: (path) => isProjectFile(path, fileNames),
  analyze(file, problem) {
    const { module, required, badLine } = parseGoMod(file.text());
    if (badLine !== undefined) problem(`line ${badLine} is no requirement or replacement`);
    if (ownModules.has(module)) return [];
    const found = new FoundPackages({ ecosystem: 'golang', evidence: 'lock' });
    for (const { path, version } of required) found.add(path, version);
    return found.build(problem);
  },
};
