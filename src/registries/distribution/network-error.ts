import { AppError } from '../../model/app-error.ts';
import { abortError } from './abort-error.ts';
import { DistributionError } from './distribution-error.ts';
import { redactUrl } from './redact-url.ts';

// OpenSSL's verification results as Node spells them: https://nodejs.org/api/tls.html#x509-certificate-error-codes
const CERTIFICATE_CODE =
  /^(?:CERT_|CRL_|ERR_TLS_CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)/;
const TLS_CODE = /^(?:EPROTO$|ERR_SSL_)/;

// The client was closed while the request was under way; asking it again is useless.
const CLOSED_CODES: readonly string[] = ['UND_ERR_CLOSED', 'UND_ERR_DESTROYED'];

const explanations: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host name does not exist; check the address',
  EAI_AGAIN: 'the name server does not answer',
  ECONNREFUSED: 'nothing listens there; check host and port',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ETIMEDOUT: 'the host does not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'the host does not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'the server accepted the request and then stayed silent',
  UND_ERR_BODY_TIMEOUT: 'the server stopped in the middle of its answer',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer is shorter or longer than announced',
};

/** What a thrown value of the HTTP client or of a body stream means; AppErrors stay as they are. */
export function toNetworkError(error: unknown, method: string, url: URL, signal?: AbortSignal): AppError {
  if (error instanceof DistributionError) return error;
  if (error instanceof AppError) return error.retryable ? toRetryable(error, method, url) : error;
  if (signal?.aborted) return abortError(signal, `${method} ${redactUrl(url)}`);

  const networkCode = codeOf(error);
  const details = { method, url: redactUrl(url), networkCode, cause: error };
  if (CERTIFICATE_CODE.test(networkCode)) {
    const message = `The TLS certificate of ${url.host} is not trusted (${networkCode}). Install a valid one, or allow insecure connections for this registry.`;
    return new DistributionError('certificate-invalid', message, details);
  }
  if (TLS_CODE.test(networkCode)) {
    const message = `TLS with ${url.host} failed (${networkCode}). Does it speak plain http?`;
    return new DistributionError('connection-failed', message, details);
  }
  if (networkCode.startsWith('HPE_')) {
    const message = `${url.host} answers, but not in HTTP (${networkCode}). Check the port, and http against https.`;
    return new DistributionError('not-a-registry', message, details);
  }
  if (CLOSED_CODES.includes(networkCode)) {
    const message = `${method} ${redactUrl(url)} was given up: the connections to the registry were closed.`;
    return new DistributionError('connection-failed', message, details);
  }
  const why = explanations[networkCode] ?? 'the connection failed';
  const message = `${method} ${redactUrl(url)} failed: ${why} (${networkCode || 'no code'}).`;
  return new DistributionError('connection-failed', message, { ...details, retryable: true });
}

/** A failure of a proxy: asked again as any other of the network between. */
function toRetryable(error: AppError, method: string, url: URL): DistributionError {
  const { code, message, cause } = error;
  const details = { method, url: redactUrl(url), networkCode: codeOf(cause), cause: error, retryable: true };
  return new DistributionError(code, message, details);
}

/** The most telling code of an error and what it wraps: several failed addresses come as one AggregateError. */
function codeOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 4) return '';
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code;
  if (error instanceof AggregateError) {
    for (const inner of error.errors) {
      const code = codeOf(inner, depth + 1);
      if (code !== '') return code;
    }
  }
  return codeOf(error.cause, depth + 1);
}
