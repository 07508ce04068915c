import { AppError } from '../../model/app-error.ts';
import type { Digest } from '../../model/digest.ts';
import { type IndexChild, MAX_MANIFEST_BYTES, parseManifest } from '../../oci/parse-manifest.ts';
import { DistributionError } from './distribution-error.ts';
import type { Session } from './open-session.ts';
import { readManifest } from './read-manifest.ts';
import { pullScope, repositoryPath } from './repository-path.ts';

// Before the referrers API was known, its path was any other one: 404, and 405 or 400 by some that guess.
const UNKNOWN_API: readonly (number | undefined)[] = [400, 404, 405, 501];

/**
 * What refers to a manifest: the referrers API of OCI 1.1, or the tag `sha256-<hex>` where a registry does not know it.
 * One page: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
 */
export async function listReferrers(
  session: Session,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<readonly IndexChild[]> {
  const url = session.url(`${repositoryPath(repository)}/referrers/${digest}`);
  try {
    const request = { method: 'GET', url, scope: pullScope(repository) } as const;
    const headers = { accept: 'application/vnd.oci.image.index.v1+json' };
    const { response, body } = await session.read({ ...request, headers }, MAX_MANIFEST_BYTES, signal);
    return childrenOf({ mediaType: response.header('content-type') ?? '', body });
  } catch (error) {
    const unknown = error instanceof DistributionError && UNKNOWN_API.includes(error.status);
    if (!unknown) throw error;
  }
  try {
    return childrenOf(await readManifest(session, repository, digest.replace(':', '-'), signal));
  } catch (error) {
    if (error instanceof AppError && error.code === 'image-not-found') return [];
    throw error;
  }
}

function childrenOf(raw: Parameters<typeof parseManifest>[0]): readonly IndexChild[] {
  const manifest = parseManifest(raw);
  return manifest.kind === 'index' ? manifest.children : [];
}
