import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { matchesGlob } from '../model/matches-glob.ts';
import { createKeylessVerifier, type KeylessVerifier } from './create-keyless-verifier.ts';

/** A public key that somebody is trusted by. */
export interface PolicyKey {
  /** As the policy calls it. */
  readonly name: string;
  readonly key: KeyObject;
}

/** Somebody who signs without a key of their own. */
export interface PolicyIdentity {
  /** As the policy calls it. */
  readonly name: string;
  /** Glob of the certificate's subject: `https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/*`. */
  readonly identity: string;
  /** Exactly the issuer of the OIDC token. */
  readonly issuer: string;
  /** By the trusted root that the policy names for it; the same function for the same root. */
  readonly verify: KeylessVerifier;
}

/** Of whom one must have signed. */
export interface Signers {
  readonly keys: readonly PolicyKey[];
  readonly identities: readonly PolicyIdentity[];
}

export interface TrustRule extends Signers {
  /** Globs of `host[:port]/path`. */
  readonly images: readonly string[];
}

/** Which images must be signed by whom. */
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
const name = z.string().min(1).max(200);
const Rule = z
  .strictObject({
    images: z.array(glob).min(1).max(1_000),
    keys: z
      .array(z.strictObject({ name, publicKey: z.string().min(1).max(16_384) }))
      .max(100)
      .optional(),
    identities: z
      .array(z.strictObject({ name, identity: z.string().min(1).max(2_000), issuer: z.url().max(2_000), root: name }))
      .max(100)
      .optional(),
  })
  .refine(({ keys = [], identities = [] }) => keys.length + identities.length > 0, {
    path: ['keys'],
    message: 'neither a key nor an identity',
  });
const Policy = z.strictObject({
  rules: z.array(Rule).max(1_000),
  /** By name: https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto as JSON. */
  trustedRoots: z.record(name, z.record(z.string(), z.unknown())).optional(),
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
  const roots = new Map(
    Object.entries(parsed.data.trustedRoots ?? {}).map(([root, json]) => [root, readRoot(root, json)]),
  );
  const rules = parsed.data.rules.map(({ images, keys = [], identities = [] }) => ({
    images,
    keys: keys.map(({ name, publicKey }) => ({ name, key: readKey(name, publicKey) })),
    identities: identities.map(({ root, ...identity }) => ({
      ...identity,
      verify: rootOf(root, identity.name, roots),
    })),
  }));
  return { rules, fingerprint: createHash('sha256').update(JSON.stringify(parsed.data)).digest('hex') };
}

/** Of whom one must have signed; undefined where the policy says nothing of the image. */
export function signersFor(policy: TrustPolicy, address: string): Signers | undefined {
  return policy.rules.find(({ images }) => images.some((pattern) => matchesGlob(address, pattern)));
}

function readRoot(root: string, json: unknown): KeylessVerifier {
  try {
    return createKeylessVerifier(json);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidTrustPolicy(`The trusted root "${root}" cannot be used: ${why}.`, { cause });
  }
}

function rootOf(root: string, identity: string, roots: ReadonlyMap<string, KeylessVerifier>): KeylessVerifier {
  const verify = roots.get(root);
  if (verify) return verify;
  throw new InvalidTrustPolicy(
    `The identity "${identity}" names the trusted root "${root}", which is not among trustedRoots.`,
  );
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
