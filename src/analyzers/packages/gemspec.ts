import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { isTestContent } from '../project-files.ts';
import { linesOf } from '../stanzas.ts';

const ENDING = '.gemspec';
const FOLDERS = ['specifications/', 'specifications/default/'];
const MAX_LINE = 1_000;
/** `# stub: name version platform paths`, which RubyGems writes on top so that it need not run the rest. */
const STUB = /^# stub: (\S+) (\S+) /;
const NAME = /^\s*\w+\.name\s*=\s*(["'])([^"']+)\1/;
const VERSION = /^\s*\w+\.version\s*=\s*(?:Gem::Version\.new\s*\(?\s*)?(["'])([^"']+)\1/;
/** Of the file's name, with the platform that may follow: `nokogiri-1.15.4-x86_64-linux`. */
const FILE = /^(.+)-([0-9][0-9A-Za-z.]*)(?:-[A-Za-z].*)?$/;

/**
 * Installed gems, the default ones of Ruby among them, from what RubyGems writes for each:
 * https://guides.rubygems.org/specification-reference/. It is Ruby, and is not run: name and version are read where they
 * are written out, else from the name of the file.
 */
export const gemspec: Analyzer = {
  name: 'gemspec',
  version: 1,
  maxBytes: 4 * 1024 ** 2,
  wants: (path) => path.endsWith(ENDING) && isInstalled(path) && !isTestContent(path),
  analyze(file, problem) {
    const found = new FoundPackages({ ecosystem: 'gem' });
    const fileName = file.path.slice(file.path.lastIndexOf('/') + 1, -ENDING.length);
    const { name, version } = { ...fromFileName(fileName), ...fromText(file.text()) };
    found.add(name, version, fileName);
    return found.build(problem);
  },
};

function isInstalled(path: string): boolean {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return FOLDERS.some((each) => folder === each || folder.endsWith(`/${each}`));
}

interface Identity {
  readonly name?: string;
  readonly version?: string;
}

function fromText(text: string): Identity {
  let identity: Identity = {};
  for (const line of linesOf(text)) {
    if (line.length > MAX_LINE) continue;
    const [, stubName, stubVersion] = STUB.exec(line) ?? [];
    if (stubName !== undefined && stubVersion !== undefined) return { name: stubName, version: stubVersion };
    const name = NAME.exec(line)?.[2];
    const version = VERSION.exec(line)?.[2];
    identity = {
      ...(name === undefined ? {} : { name }),
      ...(version === undefined ? {} : { version }),
      ...identity,
    };
    if (identity.name !== undefined && identity.version !== undefined) break;
  }
  return identity;
}

function fromFileName(fileName: string): Identity {
  const [, name, version] = fileName.length <= MAX_LINE ? (FILE.exec(fileName) ?? []) : [];
  return name !== undefined && version !== undefined ? { name, version } : {};
}
