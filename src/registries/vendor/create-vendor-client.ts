import { AppError } from '../../model/app-error.ts';
import type { Cause } from '../../model/cause.ts';
import { toDistributionClient } from '../distribution/create-distribution-client.ts';
import type { Session } from '../distribution/open-session.ts';
import { repositoryPath } from '../distribution/repository-path.ts';
import type { ListedTag, RegistryClient } from '../registry-client.ts';

/** What a registry type lists by an API of its own. */
export interface VendorLists {
  /** Of that API, for messages: `Harbor's API`. */
  readonly name: string;
  repositories(signal: AbortSignal): AsyncIterable<string>;
  /** Of a repository whose name is safe in a URL. Throws `image-not-found` when there is no such repository. */
  tags(repository: string, signal: AbortSignal): AsyncIterable<ListedTag>;
}

// This account may not, or there is no such API here: the distribution's way may still work.
const REFUSALS: readonly Cause[] = [
  'authentication-failed',
  'permission-denied',
  'image-not-found',
  'not-a-registry',
  'registry-error',
];

/**
 * A client that lists by the type's own API. Where that refuses, the distribution is asked and people are told, since
 * it may show less: never does a refusal look like an empty registry.
 */
export function createVendorClient(session: Session, lists: VendorLists): RegistryClient {
  const plain = toDistributionClient(session);
  let absent = false;

  async function* repositories(signal: AbortSignal): AsyncGenerator<string> {
    absent = false;
    session.forgetWarnings();
    const seen = new Set<string>();
    try {
      for await (const name of lists.repositories(signal)) {
        if (seen.has(name)) continue;
        seen.add(name);
        yield name;
      }
      if (seen.size === 0) session.warn(`${lists.name} shows this account no repository. Check what it may read.`);
    } catch (error) {
      if (!isRefusal(error) || seen.size > 0) throw error;
      absent = true;
      session.warn(
        `${lists.name} could not be used, so the repositories come from the catalog of the registry, which may name fewer, and tags come without their time of push: ${error.message}`,
      );
      yield* fromCatalog(error, signal);
    }
  }

  /** Where there is no catalog either, what is wrong with the API is the better advice. */
  async function* fromCatalog(refusal: AppError, signal: AbortSignal): AsyncGenerator<string> {
    try {
      yield* plain.repositories(signal);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const message = `${lists.name} could not be used: ${refusal.message} Nor could the catalog: ${error.message}`;
      const code = refusal.code === 'permission-denied' ? refusal.code : error.code;
      throw new AppError(code, message, { cause: error });
    }
  }

  async function* tags(repository: string, signal: AbortSignal): AsyncGenerator<ListedTag> {
    repositoryPath(repository);
    if (absent) return yield* plain.tags(repository, signal);
    const seen = new Map<string, string | undefined>();
    try {
      for await (const tag of lists.tags(repository, signal)) {
        if (seen.has(tag.name) && seen.get(tag.name) === tag.digest) continue;
        seen.set(tag.name, tag.digest);
        yield tag;
      }
    } catch (error) {
      if (!isRefusal(error) || seen.size > 0) throw error;
      if (error.code !== 'image-not-found')
        session.warn(`${lists.name} did not list the tags of ${repository}, so the registry did: ${error.message}`);
      yield* plain.tags(repository, signal);
    }
  }

  return { ...plain, repositories, tags, tagsMayShift: true };
}

function isRefusal(error: unknown): error is AppError {
  return error instanceof AppError && REFUSALS.includes(error.code) && !error.retryable;
}
