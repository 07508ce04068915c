import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { isProjectFile } from '../project-files.ts';
import { linesOf } from '../stanzas.ts';

const fileNames = ['Gemfile.lock', 'gems.locked'];
/** Of each kind of source; the others have no gems or, as PATH, the project's own. */
const sources = new Set(['GEM', 'GIT', 'PLUGIN SOURCE']);
const SECTION = /^[A-Z][A-Z ]*$/;
const SPECIFICATION = /^ {4}(?! )/;
/** `name (1.0.0-x86_64-linux)`: no version of a lock file has a hyphen, which begins the platform. */
const GEM = /^ {4}([^ (]+) \(([^()-]+)(?:-[^()]*)?\)!?$/;

/**
 * What Bundler would install for a project: https://bundler.io/man/gemfile.5.html. It does not say what only development
 * needs, so that is counted, too.
 */
export const gemfileLock: Analyzer = {
  name: 'gemfile-lock',
  version: 1,
  maxBytes: 8 * 1024 ** 2,
  wants: (path) => isProjectFile(path, fileNames),
  analyze(file, problem) {
    const found = new FoundPackages({ ecosystem: 'gem', evidence: 'lock' });
    let section = '';
    for (const line of linesOf(file.text())) {
      if (line === '') continue;
      if (!line.startsWith(' ')) {
        section = line;
        if (!SECTION.test(line)) found.unread(line);
      } else if (sources.has(section) && SPECIFICATION.test(line)) {
        const [, name, version] = GEM.exec(line) ?? [];
        found.add(name, version, line.trim());
      }
    }
    return found.build(problem);
  },
};
