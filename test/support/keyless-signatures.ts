import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { preAuthenticationEncoding } from '../../src/trust/parse-bundle.ts';
import { issueCertificate } from './issue-certificate.ts';
import { type PushedSignature, simpleSigningPayload } from './sign-image.ts';

/** Who signs, and what of it is to be wrong. */
export interface KeylessSigning {
  readonly identity: string;
  readonly issuer: string;
  /** Seconds after the certificate's begin; it is good for ten minutes. */
  readonly after?: number;
}

const pair = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });
const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64');
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest();
const BEGIN = new Date('2026-03-01T00:00:00Z');
const LOG = 'https://rekor.lab.example';
const CERTIFICATE_MS = 600_000;
const IN_TOTO = 'application/vnd.in-toto+json';

/** A Fulcio and a Rekor of our own: what they issue and attest is as theirs, with keys that last as long as the tests. */
export function createKeylessLab() {
  const authority = pair();
  const log = pair();
  const logId = sha256(spki(log.publicKey));
  const issuer = { subject: 'lab fulcio', ...authority };
  const from = new Date('2020-01-01T00:00:00Z');
  const root = issueCertificate({
    subject: 'lab fulcio',
    publicKey: authority.publicKey,
    issuer,
    from,
    to: new Date('2040-01-01T00:00:00Z'),
    isAuthority: true,
  });
  const validFor = { start: from.toISOString() };
  const trustedRoot = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [
      {
        baseUrl: LOG,
        hashAlgorithm: 'SHA2_256',
        publicKey: { rawBytes: base64(spki(log.publicKey)), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
        logId: { keyId: base64(logId) },
      },
    ],
    certificateAuthorities: [
      {
        subject: { organization: 'lab', commonName: 'lab fulcio' },
        uri: 'https://fulcio.lab.example',
        certChain: { certificates: [{ rawBytes: base64(root) }] },
        validFor,
      },
    ],
    ctlogs: [],
    timestampAuthorities: [],
  };

  function issue({ identity, issuer: oidcIssuer }: KeylessSigning) {
    const leaf = pair();
    const to = new Date(BEGIN.getTime() + CERTIFICATE_MS);
    const certificate = issueCertificate({
      subject: '',
      publicKey: leaf.publicKey,
      issuer,
      from: BEGIN,
      to,
      identity,
      oidcIssuer,
    });
    return { certificate, privateKey: leaf.privateKey };
  }

  /** What the log answers when something is entered, `after` the certificate's begin. */
  function enter(body: object, { after = 5 }: KeylessSigning) {
    const canonicalized = base64(JSON.stringify(body));
    const integratedTime = BEGIN.getTime() / 1_000 + after;
    const attested = { body: canonicalized, integratedTime, logID: logId.toString('hex'), logIndex: 0 };
    return { attested, promise: base64(sign('sha256', Buffer.from(JSON.stringify(attested)), log.privateKey)) };
  }

  /** That the log has this one entry. */
  function prove(canonicalized: string) {
    const rootHash = base64(sha256(Buffer.concat([Buffer.from([0]), Buffer.from(canonicalized, 'base64')])));
    const note = `rekor.lab.example\n1\n${rootHash}\n`;
    const signature = base64(Buffer.concat([logId.subarray(0, 4), sign('sha256', Buffer.from(note), log.privateKey)]));
    const envelope = `${note}\n— rekor.lab.example ${signature}\n`;
    return { logIndex: '0', rootHash, treeSize: '1', hashes: [], checkpoint: { envelope } };
  }

  /** The bundle of cosign 3. */
  function bundle(digest: string, signing: KeylessSigning) {
    const { certificate, privateKey } = issue(signing);
    const payload = Buffer.from(
      JSON.stringify({
        _type: 'https://in-toto.io/Statement/v1',
        predicateType: 'https://sigstore.dev/cosign/sign/v1',
        subject: [{ digest: { sha256: digest.slice('sha256:'.length) } }],
        predicate: {},
      }),
    );
    const sig = base64(sign('sha256', preAuthenticationEncoding(IN_TOTO, payload), privateKey));
    const entered = {
      apiVersion: '0.0.1',
      kind: 'dsse',
      spec: {
        payloadHash: { algorithm: 'sha256', value: sha256(payload).toString('hex') },
        signatures: [{ signature: sig, verifier: base64(certificate) }],
      },
    };
    const { attested, promise } = enter(entered, signing);
    return {
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: {
        certificate: { rawBytes: base64(certificate) },
        tlogEntries: [
          {
            logIndex: '0',
            logId: { keyId: base64(logId) },
            kindVersion: { kind: 'dsse', version: '0.0.1' },
            integratedTime: String(attested.integratedTime),
            inclusionPromise: { signedEntryTimestamp: promise },
            inclusionProof: prove(attested.body),
            canonicalizedBody: attested.body,
          },
        ],
      },
      dsseEnvelope: { payload: base64(payload), payloadType: IN_TOTO, signatures: [{ sig }] },
    };
  }

  /** The annotations of cosign 1 and 2. */
  function annotated(repository: string, digest: string, signing: KeylessSigning): PushedSignature {
    const payload = simpleSigningPayload(repository, digest);
    const { certificate, privateKey } = issue(signing);
    const signature = base64(sign('sha256', payload.body, privateKey));
    const pem = `-----BEGIN CERTIFICATE-----\n${base64(certificate).replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
    const entered = {
      apiVersion: '0.0.1',
      kind: 'hashedrekord',
      spec: {
        data: { hash: { algorithm: 'sha256', value: sha256(payload.body).toString('hex') } },
        signature: { content: signature, publicKey: { content: base64(pem) } },
      },
    };
    const { attested, promise } = enter(entered, signing);
    return {
      payload,
      annotations: {
        'dev.cosignproject.cosign/signature': signature,
        'dev.sigstore.cosign/certificate': pem,
        'dev.sigstore.cosign/bundle': JSON.stringify({ SignedEntryTimestamp: promise, Payload: attested }),
      },
    };
  }

  return { trustedRoot, bundle, annotated };
}
