import type { RegistrySettings } from '../../model/registry.ts';
import type { NetworkPolicy, RegistryClient } from '../registry-client.ts';
import { listReferrers } from './list-referrers.ts';
import { listRepositories } from './list-repositories.ts';
import { listTags } from './list-tags.ts';
import { openBlob } from './open-blob.ts';
import { openSession, type Session, type SessionDeps } from './open-session.ts';
import { ping } from './ping.ts';
import { headManifest, readManifest } from './read-manifest.ts';

/** A client of the plain distribution API: https://github.com/opencontainers/distribution-spec */
export function createDistributionClient(
  settings: RegistrySettings,
  network: NetworkPolicy,
  deps: SessionDeps = {},
): RegistryClient {
  return toDistributionClient(openSession(settings, network, deps));
}

/**
 * The same over a session that a registry type also uses for its own API. No method uses `this`, so a type replaces
 * a part by spreading: `{ ...toDistributionClient(session), repositories: … }`.
 */
export function toDistributionClient(session: Session): RegistryClient {
  return {
    ping: (signal) => ping(session, signal),
    repositories: (signal) => listRepositories(session, signal),
    tags: (repository, signal) => listTags(session, repository, signal),
    head: (repository, reference, etag, signal) => headManifest(session, repository, reference, etag, signal),
    manifest: (repository, reference, signal) => readManifest(session, repository, reference, signal),
    blob: (repository, digest, signal) => openBlob(session, repository, digest, signal),
    referrers: (repository, digest, signal) => listReferrers(session, repository, digest, signal),
    warnings: () => session.warnings(),
    close: () => session.close(),
  };
}
