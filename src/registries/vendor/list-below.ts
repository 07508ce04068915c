import { DistributionError } from '../distribution/distribution-error.ts';
import type { Session } from '../distribution/open-session.ts';

/**
 * What lies below each of some projects. One that this account may see and not read is told to people and left out; when there
 * is none that it may read, that is thrown.
 */
export async function* listBelow<Parent, Item>(
  session: Session,
  parents: AsyncIterable<Parent>,
  nameOf: (parent: Parent) => string,
  below: (parent: Parent) => AsyncIterable<Item>,
): AsyncGenerator<Item> {
  let denied: DistributionError | undefined;
  let read = false;
  for await (const parent of parents) {
    try {
      yield* below(parent);
      read = true;
    } catch (error) {
      if (!(error instanceof DistributionError) || (error.status !== 403 && error.status !== 404)) throw error;
      if (error.retryable) throw error;
      session.warn(`The repositories of the project ${nameOf(parent)} are not listed: ${error.message}`);
      denied = error;
    }
  }
  if (denied && !read) throw denied;
}
