import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { isProjectFile } from '../project-files.ts';

const fileNames = ['packages.config'];
const ROOT = '<packages';
const PACKAGE = /<package\s([^<>]{0,2000})>/g;
const ATTRIBUTE = /([A-Za-z]{1,50})="([^"]{0,1000})"/g;
const COMMENT = '<!--';
const COMMENT_END = '-->';

/**
 * What NuGet installs for an older .NET project, without development dependencies:
 * https://learn.microsoft.com/en-us/nuget/reference/packages-config
 */
export const nugetConfig: Analyzer = {
  name: 'nuget-config',
  version: 1,
  maxBytes: 4 * 1024 ** 2,
  wants: (path) => isProjectFile(path, fileNames),
  analyze(file, problem) {
    const text = withoutComments(file.text());
    const found = new FoundPackages({ ecosystem: 'nuget', evidence: 'lock' });
    if (!text.includes(ROOT)) problem('no <packages> element');
    for (const [element, written = ''] of text.matchAll(PACKAGE)) {
      const attributes = new Map([...written.matchAll(ATTRIBUTE)].map(([, name = '', value = '']) => [name, value]));
      if (attributes.get('developmentDependency')?.toLowerCase() === 'true') continue;
      found.add(attributes.get('id'), attributes.get('version'), element);
    }
    return found.build(problem);
  },
};

function withoutComments(text: string): string {
  const kept: string[] = [];
  let at = 0;
  for (let start = text.indexOf(COMMENT); start >= 0; start = text.indexOf(COMMENT, at)) {
    kept.push(text.slice(at, start));
    const end = text.indexOf(COMMENT_END, start);
    at = end < 0 ? text.length : end + COMMENT_END.length;
  }
  return [...kept, text.slice(at)].join('');
}
