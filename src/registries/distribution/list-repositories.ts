import { z } from 'zod';
import { listNames, Names } from './list-names.ts';
import type { Session } from './open-session.ts';

const Page = z.object({ repositories: Names }).transform((page) => page.repositories);

/** Every repository of the catalog: https://distribution.github.io/distribution/spec/api/#listing-repositories (not in OCI). */
export function listRepositories(session: Session, signal: AbortSignal): AsyncGenerator<string> {
  return listNames(session, { path: 'v2/_catalog', scope: 'registry:catalog:*', schema: Page }, signal);
}
