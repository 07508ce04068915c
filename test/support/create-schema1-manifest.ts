import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { type Content, toContent } from './create-test-image.ts';

/**
 * A signed manifest of Docker's retired schema 1, as clients before 2016 pushed it:
 * https://github.com/distribution/distribution/blob/v2.8.2/docs/spec/manifest-v2-1.md
 */
export function createSchema1Manifest(repository: string, tag: string, layers: readonly Content[]): Content {
  const payload = JSON.stringify(
    {
      schemaVersion: 1,
      name: repository,
      tag,
      architecture: 'amd64',
      fsLayers: layers.map(({ digest }) => ({ blobSum: digest })),
      history: layers.map((_, index) => ({ v1Compatibility: JSON.stringify({ id: String(index).padStart(64, '0') }) })),
    },
    undefined,
    3,
  );
  const body = `${payload.slice(0, -2)},\n   "signatures": [${JSON.stringify(signatureOf(payload))}]\n}`;
  return toContent('application/vnd.docker.distribution.manifest.v1+prettyjws', body);
}

/** A JSON web signature over the payload, which is the document without its signatures. */
function signatureOf(payload: string): object {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const place = { formatLength: payload.length - 2, formatTail: encode('\n}'), time: '2015-01-01T00:00:00Z' };
  const protectedPart = encode(JSON.stringify(place));
  const signed = Buffer.from(`${protectedPart}.${encode(payload)}`);
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: keyIdOf(spki) };
  return {
    header: { jwk, alg: 'ES256' },
    signature: sign('sha256', signed, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url'),
    protected: protectedPart,
  };
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** libtrust's: the first 240 bits of the SHA-256 of the key, in base 32, in groups of four. */
function keyIdOf(spki: Buffer): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...createHash('sha256').update(spki).digest().subarray(0, 30)]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  const letters = (bits.match(/.{5}/g) ?? []).map((five) => alphabet[Number.parseInt(five, 2)]).join('');
  return (letters.match(/.{4}/g) ?? []).join(':');
}
