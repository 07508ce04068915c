import { AppError } from '../../model/app-error.ts';
import { isDigest } from '../../oci/parse-digest.ts';
import { isTag } from '../../oci/parse-reference.ts';

// Wider than the spec's grammar, as some registries are, but nothing that could change the meaning of a URL.
const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9._~-]{1,255}$/;
const MAX_LENGTH = 512;
const NOT_PLAIN = /[^\x20-\x7e]/g;

/** Path of a repository under the registry's base; a name from a hostile catalog must not reach other endpoints. */
export function repositoryPath(repository: string): string {
  const safe = repository.length <= MAX_LENGTH && repository.split('/').every((segment) => SEGMENT.test(segment));
  if (!safe) throw new AppError('registry-error', `${quote(repository)} is not a valid repository name.`);
  return `v2/${repository}`;
}

export function manifestPath(repository: string, reference: string): string {
  if (!isTag(reference) && !isDigest(reference)) {
    throw new AppError(
      'registry-error',
      `${quote(reference)} of ${repository} is neither a valid tag nor a sha256 digest.`,
    );
  }
  return `${repositoryPath(repository)}/manifests/${reference}`;
}

/** A hostile name made fit for a message. */
function quote(name: string): string {
  return `"${name.slice(0, 100).replace(NOT_PLAIN, '?')}"`;
}

/** https://distribution.github.io/distribution/spec/auth/scope/ */
export function pullScope(repository: string): string {
  return `repository:${repository}:pull`;
}
