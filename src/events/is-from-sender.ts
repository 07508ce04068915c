import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** How a request proves that it comes from who was given the token. */
export interface SenderProof {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** From the address, where a sender can be given nothing but an address. */
  readonly pathToken?: string;
}

/**
 * Whether the request carries the token (in Authorization as Bearer, as the password of Basic, or bare; or in the address),
 * or its body is signed with it. Takes as long whatever is wrong.
 */
export function isFromSender(token: string, { headers, body, pathToken }: SenderProof): boolean {
  const tokens = [...tokensOf(headers.authorization), pathToken, headers['x-jfrog-event-auth']];
  const signatures = [
    // https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
    { algorithm: 'sha256', given: headers['x-hub-signature-256']?.replace(/^sha256=/, '') },
    // Artifactory, told to sign instead of to send the secret.
    { algorithm: 'sha256', given: headers['x-jfrog-event-auth'] },
    // https://help.sonatype.com/en/working-with-hmac-payloads.html
    { algorithm: 'sha1', given: headers['x-nexus-webhook-signature'] },
  ];
  const proofs = [
    ...tokens.map((given) => isSame(given, token)),
    ...signatures.map(({ algorithm, given }) =>
      isSame(given?.toLowerCase(), createHmac(algorithm, token).update(body).digest('hex')),
    ),
  ];
  return proofs.includes(true);
}

/** What may be the token in an Authorization header. */
function tokensOf(authorization: string | undefined): readonly string[] {
  if (authorization === undefined) return [];
  const [scheme = '', rest = ''] = authorization.trim().split(/ +/, 2);
  if (/^bearer$/i.test(scheme)) return [rest];
  if (!/^basic$/i.test(scheme)) return [authorization.trim()];
  const pair = Buffer.from(rest, 'base64').toString('utf8');
  return [pair.slice(pair.indexOf(':') + 1)];
}

const hash = (text: string) => createHash('sha256').update(text).digest();

function isSame(given: string | undefined, expected: string): boolean {
  return timingSafeEqual(hash(given ?? ''), hash(expected)) && given !== undefined;
}
