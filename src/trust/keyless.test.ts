import { expect, test } from 'vitest';
import { createKeylessLab } from '../../test/support/keyless-signatures.ts';
import type { Digest } from '../model/digest.ts';
import { judgeSignatures } from './judge-signatures.ts';
import { parseBundle } from './parse-bundle.ts';
import { parseCosignAnnotations } from './parse-cosign-annotations.ts';
import { parseSimpleSigning } from './parse-signed-text.ts';
import type { Signature } from './signature.ts';
import { InvalidTrustPolicy, parseTrustPolicy, signersFor } from './trust-policy.ts';

const lab = createKeylessLab();
const digest: Digest = `sha256:${'a'.repeat(64)}`;
const identity = 'https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v1.2';
const issuer = 'https://token.actions.githubusercontent.com';
const release = { identity, issuer };
const pattern = 'https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/*';

function signers(trustedRoot: object = lab.trustedRoot, change: object = {}) {
  const identities = [{ name: 'release', identity: pattern, issuer, root: 'lab', ...change }];
  const policy = { rules: [{ images: ['**'], identities }], trustedRoots: { lab: trustedRoot } };
  return signersFor(parseTrustPolicy(JSON.stringify(policy)), 'any/image') ?? expect.unreachable();
}
const fromBundle = (bundle: object): readonly Signature[] => parseBundle(Buffer.from(JSON.stringify(bundle)), 'there');
function fromAnnotations({ payload, annotations }: ReturnType<typeof lab.annotated>): readonly Signature[] {
  const signature = annotations['dev.cosignproject.cosign/signature'] ?? '';
  const bundle = parseCosignAnnotations(annotations, signature, payload.body);
  const names = parseSimpleSigning(payload.body);
  return [{ kind: 'keyless', proof: { bundle, artifact: payload.body }, names, place: 'there' }];
}
const forms = {
  'a bundle of cosign 3': (signing: object = {}, signed: string = digest) =>
    fromBundle(lab.bundle(signed, { ...release, ...signing })),
  'annotations of cosign 2': (signing: object = {}, signed: string = digest) =>
    fromAnnotations(lab.annotated('shop/web', signed, { ...release, ...signing })),
};

test.each(Object.entries(forms))('%s proves who signed, and when', (_, form) => {
  expect(judgeSignatures(digest, form(), signers())).toEqual({
    reason: 'signed',
    detail: `by release (${identity}), there`,
  });
  expect(judgeSignatures(digest, form({}, `sha256:${'b'.repeat(64)}`), signers())).toMatchObject({
    reason: 'other-image',
  });
});

test.each(Object.entries(forms))('%s is not trusted for another identity, issuer, time or root', (_, form) => {
  const refused = (signatures: readonly Signature[], chosen = signers()) => judgeSignatures(digest, signatures, chosen);
  const other = 'other-identity';

  expect(refused(form({ identity: `${identity}/more` }))).toMatchObject({ reason: other });
  expect(refused(form({ identity: `x${identity}` }))).toMatchObject({ reason: other });
  expect(refused(form({ issuer: 'https://accounts.example.com' }))).toMatchObject({
    reason: other,
    detail: expect.stringContaining('for whom https://accounts.example.com vouches'),
  });
  // The certificate is good for ten minutes.
  expect(refused(form({ after: 700 }))).toMatchObject({ reason: other, detail: expect.stringContaining('chain') });
  expect(refused(form({ after: -60 }))).toMatchObject({ reason: other });
  expect(refused(form(), signers(createKeylessLab().trustedRoot))).toMatchObject({ reason: other });
});

test('a rule with keys alone says that it has not looked at them', () => {
  expect(judgeSignatures(digest, forms['a bundle of cosign 3'](), { keys: [], identities: [] })).toMatchObject({
    reason: 'keyless',
  });
});

test('every part of a bundle must be what was signed and logged', () => {
  const whole = lab.bundle(digest, release);
  const stranger = lab.bundle(digest, { ...release, identity: 'mallory@example.com' });
  const elsewhere = lab.bundle(`sha256:${'c'.repeat(64)}`, release);
  const [entry] = whole.verificationMaterial.tlogEntries;
  const [strange] = stranger.verificationMaterial.tlogEntries;
  const withEntry = (change: object) => ({
    ...whole,
    verificationMaterial: { ...whole.verificationMaterial, tlogEntries: [{ ...entry, ...change }] },
  });
  const forged = {
    'the certificate of another signature': {
      ...stranger,
      verificationMaterial: { ...stranger.verificationMaterial, certificate: whole.verificationMaterial.certificate },
    },
    'no entry in the log': { ...whole, verificationMaterial: { ...whole.verificationMaterial, tlogEntries: [] } },
    'the entry of another signature': withEntry({ ...strange }),
    'another time than the log attests': withEntry({ integratedTime: String(Number(entry?.integratedTime) + 1) }),
    'a time that nothing attests': withEntry({ inclusionPromise: undefined }),
    'a forged promise': withEntry({ inclusionPromise: strange?.inclusionPromise }),
    'a forged proof': withEntry({ inclusionProof: strange?.inclusionProof }),
    'another text': { ...whole, dsseEnvelope: { ...whole.dsseEnvelope, payload: elsewhere.dsseEnvelope.payload } },
    'a certificate that is none': withCertificate(whole, Buffer.alloc(300, 0x30)),
    'a certificate cut short': withCertificate(
      whole,
      Buffer.from(whole.verificationMaterial.certificate.rawBytes, 'base64').subarray(0, 200),
    ),
  };

  for (const [what, bundle] of Object.entries(forged)) {
    expect(judgeSignatures(digest, fromBundle(bundle), signers()), what).toMatchObject({ reason: 'other-identity' });
  }
});

function withCertificate(bundle: ReturnType<typeof lab.bundle>, bytes: Uint8Array) {
  const certificate = { rawBytes: Buffer.from(bytes).toString('base64') };
  return { ...bundle, verificationMaterial: { ...bundle.verificationMaterial, certificate } };
}

test.each([
  ['a root that is not there', lab.trustedRoot, { root: 'other' }, 'not among trustedRoots'],
  ['a root without authorities', { ...lab.trustedRoot, certificateAuthorities: [] }, {}, 'no certificate authority'],
  ['a root that tells no time', { ...lab.trustedRoot, tlogs: [] }, {}, 'nothing tells when'],
  ['a root of something else', { rules: [] }, {}, 'cannot be used'],
])('%s is no policy', (_, root, change, why) => {
  expect(() => signers(root, change)).toThrow(InvalidTrustPolicy);
  expect(() => signers(root, change)).toThrow(why);
});
