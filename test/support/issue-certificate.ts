import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto';

/** One certificate to be made. */
export interface CertificateRequest {
  /** Common name; '' = an empty subject. */
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly issuer: { readonly subject: string; readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  readonly from: Date;
  readonly to: Date;
  readonly isAuthority?: boolean;
  /** Subject alternative name: a URL, or an address of mail. */
  readonly identity?: string;
  /** Extension 1.3.6.1.4.1.57264.1.8: https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md */
  readonly oidcIssuer?: string;
}

/** DER of an X.509 certificate as Fulcio issues it, signed with ECDSA P-256. */
export function issueCertificate(request: CertificateRequest): Buffer {
  const { subject, publicKey, issuer, from, to } = request;
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    nameOf(issuer.subject),
    sequence(time(from), time(to)),
    nameOf(subject),
    spki(publicKey),
    tagged(0xa3, sequence(...extensionsOf(request))),
  );
  const signature = sign('sha256', body, issuer.privateKey);
  return sequence(body, algorithm, bits(signature));
}

function extensionsOf({ publicKey, issuer, isAuthority, identity, oidcIssuer }: CertificateRequest): readonly Buffer[] {
  const common = [
    extension('2.5.29.14', octets(keyId(publicKey))),
    extension('2.5.29.35', sequence(tagged(0x80, keyId(issuer.publicKey)))),
  ];
  if (isAuthority) {
    const basic = extension('2.5.29.19', sequence(tagged(0x01, Buffer.from([0xff]))), true);
    return [basic, extension('2.5.29.15', tagged(0x03, Buffer.from([1, 0x06])), true), ...common];
  }
  const name = tagged(identity?.includes('://') ? 0x86 : 0x81, Buffer.from(identity ?? ''));
  return [
    extension('2.5.29.15', tagged(0x03, Buffer.from([7, 0x80])), true),
    extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.3'))),
    ...common,
    extension('2.5.29.17', sequence(name), true),
    extension('1.3.6.1.4.1.57264.1.8', tagged(0x0c, Buffer.from(oidcIssuer ?? ''))),
  ];
}

const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });
const keyId = (key: KeyObject) => createHash('sha1').update(spki(key)).digest();

function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const sequence = (...parts: readonly Uint8Array[]) => tagged(0x30, ...parts);
const integer = (bytes: Uint8Array) => tagged(0x02, bytes);
const octets = (bytes: Uint8Array) => tagged(0x04, bytes);
const bits = (bytes: Uint8Array) => tagged(0x03, Buffer.from([0]), bytes);
const time = (at: Date) => tagged(0x18, Buffer.from(at.toISOString().replace(/[-:T]|\.\d{3}/g, '')));
const nameOf = (name: string) =>
  name === '' ? sequence() : sequence(tagged(0x31, sequence(oid('2.5.4.3'), tagged(0x0c, Buffer.from(name)))));

function extension(id: string, value: Uint8Array, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [tagged(0x01, Buffer.from([0xff]))] : []), octets(value));
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): readonly number[] {
  const digits = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}
