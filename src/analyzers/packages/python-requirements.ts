import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { isProjectFile } from '../project-files.ts';
import { isForOtherSystems } from '../python-groups.ts';
import { linesOf } from '../stanzas.ts';

const fileNames = ['requirements.txt'];
const MAX_LINE = 1_000;
const COMMENT = /(?:^|\s)#/;
const OPTION = / --?[a-z]/;
const PINNED = /^([A-Za-z0-9][A-Za-z0-9._-]*)(?: ?\[[^\]]*\])? ?={2,3} ?([^ ;,*]+) ?(?:;(.*))?$/;
const BLANKS = /\s+/g;

/**
 * What pip was or will be told to install: https://pip.pypa.io/en/stable/reference/requirements-file-format/. Only exact
 * pins (`name==1.0`) count: a range says nothing about what is there, and what is there is found where it is installed.
 * Other names than requirements.txt are mostly those of development.
 */
export const pythonRequirements: Analyzer = {
  name: 'python-requirements',
  version: 1,
  maxBytes: 4 * 1024 ** 2,
  wants: (path) => isProjectFile(path, fileNames),
  analyze(file, problem) {
    const found = new FoundPackages({ ecosystem: 'pypi', evidence: 'lock' });
    let continues = false;
    for (const line of linesOf(file.text())) {
      // What continues a line are its options, hashes mostly.
      if (!continues) addLine(line, found);
      continues = line.endsWith('\\');
    }
    return found.build(problem);
  },
};

function addLine(line: string, found: FoundPackages): void {
  if (!line.includes('==')) return;
  if (line.length > MAX_LINE) {
    found.unread(line);
    return;
  }
  const requirement = upTo(OPTION, upTo(COMMENT, line)).replace('\\', '').replace(BLANKS, ' ').trim();
  const [, name, version, marker] = PINNED.exec(requirement) ?? [];
  if (name !== undefined && !isForOtherSystems(marker)) found.add(name, version);
}

function upTo(mark: RegExp, text: string): string {
  const at = text.search(mark);
  return at < 0 ? text : text.slice(0, at);
}
