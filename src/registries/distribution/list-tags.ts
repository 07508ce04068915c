import { z } from 'zod';
import type { ListedTag } from '../registry-client.ts';
import { DistributionError } from './distribution-error.ts';
import { listNames, Names } from './list-names.ts';
import type { Session } from './open-session.ts';
import { pullScope, repositoryPath } from './repository-path.ts';

const Page = z.object({ tags: Names }).transform((page) => page.tags);

// What registries call a repository that is gone; any other 404 may be a proxy's and proves nothing.
const GONE: readonly string[] = ['NAME_UNKNOWN', 'NOT_FOUND', 'REPOSITORY_NOT_FOUND'];

/** Every tag of a repository, in the registry's own order; none when the repository is gone. */
export async function* listTags(session: Session, repository: string, signal: AbortSignal): AsyncGenerator<ListedTag> {
  const path = `${repositoryPath(repository)}/tags/list`;
  let found = 0;
  try {
    for await (const name of listNames(session, { path, scope: pullScope(repository), schema: Page }, signal)) {
      found += 1;
      yield { name };
    }
  } catch (error) {
    const gone =
      error instanceof DistributionError && error.status === 404 && error.codes.some(({ code }) => GONE.includes(code));
    // Half a list is no proof that the other half is gone.
    if (!gone || found > 0) throw error;
  }
}
