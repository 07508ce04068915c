import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { matchesGlob } from '../model/matches-glob.ts';

/** A public key that somebody is trusted by. */
export interface PolicyKey {
  /** As the policy calls it. */
  readonly name: string;
  readonly key: KeyObject;
}

export interface TrustRule {
  /** Globs of `host[:port]/path`. */
  readonly images: readonly string[];
  readonly keys: readonly PolicyKey[];
}

/** Which images must be signed by which keys. */
export interface TrustPolicy {
  readonly rules: readonly TrustRule[];
  /** Differs where the policy does. */
  readonly fingerprint: string;
}

/** What is wrong with a policy, and where. */
export class InvalidTrustPolicy extends Error {
  override readonly name = 'InvalidTrustPolicy';
}

export const MAX_POLICY_BYTES = 1024 ** 2;
const MIN_RSA_BITS = 2_048;

const glob = z.string().min(1).max(512);
const Policy = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        images: z.array(glob).min(1).max(1_000),
        keys: z
          .array(z.strictObject({ name: z.string().min(1).max(200), publicKey: z.string().min(1).max(16_384) }))
          .min(1)
          .max(100),
      }),
    )
    .max(1_000),
});

/** Reads a policy: JSON with rules, the first that fits an image decides. @throws InvalidTrustPolicy */
export function parseTrustPolicy(text: string): TrustPolicy {
  if (Buffer.byteLength(text) > MAX_POLICY_BYTES) {
    throw new InvalidTrustPolicy(`It is larger than ${MAX_POLICY_BYTES} bytes.`);
  }
  const parsed = Policy.safeParse(parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InvalidTrustPolicy(`At ${issue?.path.join('.') || 'its top'}: ${issue?.message ?? 'not a policy'}.`);
  }
  const rules = parsed.data.rules.map(({ images, keys }) => ({
    images,
    keys: keys.map(({ name, publicKey }) => ({ name, key: readKey(name, publicKey) })),
  }));
  return { rules, fingerprint: createHash('sha256').update(JSON.stringify(parsed.data)).digest('hex') };
}

/** The keys of which one must have signed; undefined where the policy says nothing of the image. */
export function keysFor(policy: TrustPolicy, address: string): readonly PolicyKey[] | undefined {
  return policy.rules.find(({ images }) => images.some((pattern) => matchesGlob(address, pattern)))?.keys;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidTrustPolicy('It is not valid JSON.', { cause });
  }
}

function readKey(name: string, pem: string): KeyObject {
  const refuse = (why: string, cause?: unknown) => new InvalidTrustPolicy(`The key "${name}" ${why}.`, { cause });
  if (!pem.trimStart().startsWith('-----BEGIN PUBLIC KEY-----')) {
    throw refuse('is not a public key in PEM (-----BEGIN PUBLIC KEY-----)');
  }
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch (error) {
    throw refuse('cannot be read', error);
  }
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  const type = key.asymmetricKeyType;
  if (type === 'ed25519' || (type === 'ec' && namedCurve === 'prime256v1')) return key;
  if (type === 'rsa' && modulusLength >= MIN_RSA_BITS) return key;
  throw refuse(`is neither ECDSA P-256, Ed25519 nor RSA with ${MIN_RSA_BITS} bits or more`);
}
