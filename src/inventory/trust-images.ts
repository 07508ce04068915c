import type { Digest } from '../model/digest.ts';
import type { TrustCandidate, TrustVerdict } from '../model/trust.ts';
import type { RegistryClient } from '../registries/registry-client.ts';
import type { Store } from '../store/store.ts';
import { judgeSignatures } from '../trust/judge-signatures.ts';
import { readSignatures } from '../trust/read-signatures.ts';
import type { Signature } from '../trust/signature.ts';
import { type Signers, signersFor, type TrustPolicy } from '../trust/trust-policy.ts';
import { createFailureJudge, type FailureJudge } from './create-failure-judge.ts';
import { forEachConcurrently } from './for-each-concurrently.ts';

/** How many images came to which end. */
export interface TrustOutcome {
  readonly checked: number;
  readonly signed: number;
  readonly unreadable: number;
}

export interface TrustImagesDeps {
  readonly store: Pick<Store, 'trust'>;
  readonly policy: TrustPolicy | undefined;
  /** Absent: the whole registry. */
  readonly repository?: string | undefined;
}

const IMAGES_PER_PAGE = 500;
const AT_ONCE = 4;
/**
 * Looks for signatures of the images of a registry that the policy speaks of, and keeps what came of it. One that was
 * found signed under this policy is not asked for again. Throws what concerns the whole registry; then the rest stays as it was.
 */
export async function trustImages(
  registry: { readonly id: number; readonly url: string },
  client: RegistryClient,
  { store, policy, repository }: TrustImagesDeps,
  signal: AbortSignal,
): Promise<TrustOutcome> {
  const failures = createFailureJudge(client, signal);
  const place = { registryId: registry.id, repository };
  const outcome = { checked: 0, signed: 0, unreadable: 0 };
  try {
    if (!policy) await store.trust.forgetVerdicts(registry.id);
    for (let after = 0; policy; ) {
      const page = await store.trust.candidates(place, policy.fingerprint, { after, limit: IMAGES_PER_PAGE });
      const last = page.at(-1);
      if (!last) break;
      after = last.id;
      await judgePage(registry, client, { store, policy, failures }, page, outcome, signal);
    }
  } finally {
    // Also without a policy: a row that was listed anew does not know of its mark.
    await store.trust.settle(place);
  }
  return outcome;
}

async function judgePage(
  { url }: { readonly url: string },
  client: RegistryClient,
  { store, policy, failures }: TrustImagesDeps & { readonly policy: TrustPolicy; readonly failures: FailureJudge },
  page: readonly TrustCandidate[],
  outcome: { checked: number; signed: number; unreadable: number },
  signal: AbortSignal,
): Promise<void> {
  const { host } = new URL(url);
  const withSigners = page.map((image) => ({ image, signers: signersFor(policy, `${host}/${image.repository}`) }));
  const silent = withSigners.flatMap(({ image, signers }) => (signers ? [] : [image.id]));
  await store.trust.record(silent, undefined, policy.fingerprint);
  const read = rememberSignatures(client, signal);
  const verdicts = new Map<string, { readonly verdict: TrustVerdict; readonly ids: number[] }>();
  const judge = async ({ image, signers }: { image: TrustCandidate; signers: Signers }) => {
    const verdict = await judgeImage(image, signers, read, failures);
    const alike = verdicts.get(`${verdict.reason} ${verdict.detail}`) ?? { verdict, ids: [] };
    alike.ids.push(image.id);
    verdicts.set(`${verdict.reason} ${verdict.detail}`, alike);
  };
  const spoken = withSigners.flatMap(({ image, signers }) => (signers ? [{ image, signers }] : []));
  try {
    await forEachConcurrently(toAsync(spoken), AT_ONCE, judge, signal);
  } finally {
    for (const { verdict, ids } of verdicts.values()) {
      await store.trust.record(ids, verdict, policy.fingerprint);
      outcome.checked += ids.length;
      if (verdict.reason === 'signed') outcome.signed += ids.length;
      if (verdict.reason === 'unreadable') outcome.unreadable += ids.length;
    }
  }
}

type ReadSignatures = (repository: string, digest: Digest) => Promise<readonly Signature[]>;

/** Signed itself, or part of an index that is: the index names it by digest. */
async function judgeImage(
  { repository, digest, tagDigest }: TrustCandidate,
  signers: Signers,
  read: ReadSignatures,
  failures: FailureJudge,
): Promise<TrustVerdict> {
  try {
    const own = judgeSignatures(digest, await read(repository, digest), signers);
    failures.succeeded();
    if (own.reason === 'signed' || tagDigest === digest) return own;
    const whole = judgeSignatures(tagDigest, await read(repository, tagDigest), signers);
    return own.reason === 'unsigned' || whole.reason === 'signed' ? whole : own;
  } catch (error) {
    // Throws what concerns the whole registry.
    await failures.judge(error);
    return { reason: 'unreadable', detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Platforms of one index ask for the same. */
function rememberSignatures(client: RegistryClient, signal: AbortSignal): ReadSignatures {
  const known = new Map<string, Promise<readonly Signature[]>>();
  return (repository, digest) => {
    const key = `${repository} ${digest}`;
    const found = known.get(key) ?? readSignatures(client, repository, digest, signal);
    known.set(key, found);
    return found;
  };
}

async function* toAsync<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
