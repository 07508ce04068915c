import { matchesGlob } from './matches-glob.ts';

/** What a sync of a registry looks at; without a word, everything. */
export interface SyncChoice {
  /** `team/**`, `team/app:v*`: globs of a repository and, behind a colon, of a tag. Empty: all. */
  readonly include: readonly string[];
  /** The same; it weighs more. Without a tag it is about whole repositories. */
  readonly exclude: readonly string[];
  /** Tags of a repository at most, those pushed last. */
  readonly newest?: number;
}

export const everything: SyncChoice = { include: [], exclude: [] };

export const MAX_PATTERNS = 100;
export const MAX_NEWEST = 100_000;
const PATTERN = /^[A-Za-z0-9._~*?/-]{1,256}(?::[A-Za-z0-9._*?-]{1,128})?$/;

/** Whether a text is a pattern of repositories, or of repositories and tags. */
export const isSyncPattern = (text: string): boolean => PATTERN.test(text);

/** Whether anything of a repository may be looked at. */
export function choosesRepository({ include, exclude }: SyncChoice, repository: string): boolean {
  const fits = (pattern: string) => matchesGlob(repository, split(pattern).repositories);
  if (include.length > 0 && !include.some(fits)) return false;
  return !exclude.some((pattern) => split(pattern).tags === undefined && fits(pattern));
}

/** Whether a tag of a repository that is looked at is one to look at. */
export function choosesTag({ include, exclude }: SyncChoice, repository: string, tag: string): boolean {
  const fits = (pattern: string) => {
    const { repositories, tags } = split(pattern);
    return matchesGlob(repository, repositories) && (tags === undefined || matchesGlob(tag, tags));
  };
  return (include.length === 0 || include.some(fits)) && !exclude.some(fits);
}

function split(pattern: string): { readonly repositories: string; readonly tags?: string } {
  const colon = pattern.indexOf(':');
  return colon < 0
    ? { repositories: pattern }
    : { repositories: pattern.slice(0, colon), tags: pattern.slice(colon + 1) };
}
