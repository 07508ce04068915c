import type { FileCheck, Flaw, InspectedEntry } from '../file-check.ts';

/** What packages bring along for their own sake. */
const BROUGHT = /(?:^|\/)(?:node_modules|site-packages|dist-packages|gems|vendor|doc|docs|examples?|testdata|tests?)\//;
const CORE = /^(?:.{0,4000}\/)?core\.\d{1,10}$|^core$/;
const APT =
  /^var\/(?:cache\/apt\/(?:archives\/[^/]+\.deb|(?:src)?pkgcache\.bin)|lib\/apt\/lists\/[^/]+_Packages(?:\.\w{1,4})?)$/;
const CACHE =
  /^(?:var\/cache\/(?:apk\/[^/]+\.gz|(?:yum|dnf|libdnf5|zypp)\/.)|(?:root|home\/[^/]+)\/(?:\.cache\/(?:pip|go-build|yarn|uv)\/.|\.npm\/_cacache\/.|\.m2\/repository\/.|\.cargo\/registry\/cache\/.))/;

const git: Flaw = { detail: 'the history of the source in a .git folder', severity: 'medium' };
const dockerfile: Flaw = { detail: 'a Dockerfile or compose file' };
const environment: Flaw = { detail: 'an .env file' };
const history: Flaw = { detail: 'the history of a shell or client', severity: 'medium' };
const core: Flaw = { detail: 'a memory dump', severity: 'medium' };
const temporary: Flaw = { detail: 'temporary files' };
const apt: Flaw = { detail: 'what apt fetched' };
const cache: Flaw = { detail: 'the cache of a package manager' };

const byName: ReadonlyMap<string, Flaw> = new Map([
  ['Dockerfile', dockerfile],
  ['Containerfile', dockerfile],
  ['docker-compose.yml', dockerfile],
  ['docker-compose.yaml', dockerfile],
  ['compose.yaml', dockerfile],
  ['.env', environment],
  ['.bash_history', history],
  ['.zsh_history', history],
  ['.ash_history', history],
  ['.sh_history', history],
  ['.mysql_history', history],
  ['.psql_history', history],
  ['.rediscli_history', history],
]);

export const unnecessaryFiles: FileCheck = {
  id: 'DKL-LI-0003',
  title: 'The image holds what it does not need',
  severity: 'low',
  behavior: 'software',
  solution: 'Leave it out by .dockerignore, or remove it in the step that makes it',
  // One row for every kind of file.
  maxRows: 0,
  inspect: (entry) => (entry.type === 'directory' ? inspectFolder(entry) : inspectFile(entry)),
};

function inspectFolder({ path }: InspectedEntry): Flaw | undefined {
  return path.endsWith('.git') && (path === '.git' || path.endsWith('/.git')) && !BROUGHT.test(path) ? git : undefined;
}

function inspectFile({ path, size }: InspectedEntry): Flaw | undefined {
  if (size === 0) return undefined;
  const flaw = byName.get(path.slice(path.lastIndexOf('/') + 1));
  if (flaw) return BROUGHT.test(path) ? undefined : flaw;
  if (path.startsWith('usr/')) return undefined;
  if (path.startsWith('tmp/') || path.startsWith('var/tmp/')) return temporary;
  if (path.startsWith('var/') || path.startsWith('root/') || path.startsWith('home/')) {
    if (APT.test(path)) return apt;
    if (CACHE.test(path)) return cache;
  }
  return path.includes('core') && CORE.test(path) ? core : undefined;
}
