import { z } from 'zod';
import { DistributionError } from './distribution-error.ts';
import { listNames } from './list-names.ts';
import type { Session } from './open-session.ts';
import { pullScope, repositoryPath } from './repository-path.ts';

// docker-registry answers null for a repository whose last tag was deleted.
const Page = z.object({ tags: z.array(z.string()).nullish() }).transform((page) => page.tags ?? []);

// What registries call a repository that is gone; any other 404 may be a proxy's and proves nothing.
const GONE: readonly string[] = ['NAME_UNKNOWN', 'NOT_FOUND', 'REPOSITORY_NOT_FOUND'];

/** Every tag of a repository, in the registry's own order; none when the repository is gone. */
export async function* listTags(session: Session, repository: string, signal: AbortSignal): AsyncGenerator<string> {
  const path = `${repositoryPath(repository)}/tags/list`;
  try {
    yield* listNames(session, { path, scope: pullScope(repository), schema: Page }, signal);
  } catch (error) {
    const gone =
      error instanceof DistributionError && error.status === 404 && error.codes.some(({ code }) => GONE.includes(code));
    if (!gone) throw error;
  }
}
