import { z } from 'zod';
import { DistributionError } from './distribution-error.ts';
import { listNames, Names } from './list-names.ts';
import type { Session } from './open-session.ts';

const Page = z.object({ repositories: Names }).transform((page) => page.repositories);

/**
 * Every repository of the catalog: https://distribution.github.io/distribution/spec/api/#listing-repositories (not in OCI).
 * @throws AppError `registry-error` when there is no catalog, and what the session throws
 */
export async function* listRepositories(session: Session, signal: AbortSignal): AsyncGenerator<string> {
  try {
    yield* listNames(session, { path: 'v2/_catalog', scope: 'registry:catalog:*', schema: Page }, signal);
  } catch (error) {
    if (!(error instanceof DistributionError) || error.code !== 'image-not-found') throw error;
    const message = `The registry answers, but has no catalog of repositories. ${error.message}`;
    throw new DistributionError('registry-error', message, { ...error, cause: error });
  }
}
