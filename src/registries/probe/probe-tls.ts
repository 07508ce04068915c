import { isIP } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { AppError } from '../../model/app-error.ts';
import type { StageResult } from '../../model/connection-report.ts';
import { abortError } from '../distribution/abort-error.ts';
import { bareHost } from '../distribution/bare-host.ts';
import { cleanText } from '../distribution/clean-text.ts';
import { toNetworkError } from '../distribution/network-error.ts';
import type { Way } from './probe-address.ts';
import { runStage, skippedStage } from './run-stage.ts';

export interface TlsProbe {
  readonly stage: StageResult;
  /** Until when the certificate is valid; absent over plain http and where no certificate was seen. */
  readonly expires?: Date;
  /** False: the certificate would be refused, were it verified. */
  readonly verified?: boolean;
}

const CONNECT_MS = 10_000;
const MAX_NAMES = 4;
const MAX_NAME = 120;

/** Stage `tls`: a handshake by the way that was judged before; tells whose certificate it is, and until when. */
export async function probeTls(url: URL, way: Way, insecure: boolean, signal: AbortSignal): Promise<TlsProbe> {
  if (url.protocol !== 'https:') {
    return { stage: skippedStage('tls', 'Plain http: passwords and images go over the network unprotected.') };
  }
  let expires: Date | undefined;
  let verified: boolean | undefined;
  const { result } = await runStage('tls', async () => {
    const seen = await handshake(url, way, signal);
    expires = dateOf(seen.certificate.valid_to);
    verified = seen.problem === undefined;
    const words = describe(seen.certificate);
    if (seen.problem !== undefined && !insecure) throw withCertificate(url, seen.problem, words);
    return { value: seen, detail: seen.problem === undefined ? words : `not verified (${seen.problem}): ${words}` };
  });
  return { stage: result, ...(expires ? { expires } : {}), ...(verified === undefined ? {} : { verified }) };
}

interface Handshake {
  readonly certificate: PeerCertificate;
  /** What is wrong with the certificate, as Node calls it. */
  readonly problem?: string;
}

/** Ends after the handshake: nothing is sent to whoever it is. */
function handshake(url: URL, { address, tunnel }: Way, signal: AbortSignal): Promise<Handshake> {
  const host = bareHost(url);
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...(tunnel === undefined ? { host: address, port: Number(url.port || 443) } : { socket: tunnel, host }),
      ...(isIP(host) === 0 ? { servername: host } : {}),
      rejectUnauthorized: false,
    });
    const stop = () => socket.destroy(abortError(signal, `TLS with ${url.host}`));
    const timeout = Object.assign(new Error('timeout'), { code: 'UND_ERR_CONNECT_TIMEOUT' });
    const timer = setTimeout(() => socket.destroy(timeout), CONNECT_MS);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const cutOff = Object.assign(new Error('cut'), { code: 'ECONNRESET' });
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      reject(cutOff);
    });
    socket.once('secureConnect', () => {
      resolve(toHandshake(socket));
      socket.destroy();
    });
  }).catch((error: unknown) => {
    throw toNetworkError(error, 'GET', url, signal);
  }) as Promise<Handshake>;
}

function toHandshake(socket: TLSSocket): Handshake {
  const certificate = socket.getPeerCertificate();
  if (socket.authorized) return { certificate };
  // Typed as an Error, but it is the code of one: https://nodejs.org/api/tls.html#tlssocketauthorizationerror
  const problem: unknown = socket.authorizationError;
  return { certificate, problem: String(problem ?? 'not trusted').slice(0, MAX_NAME) };
}

function withCertificate(url: URL, problem: string, words: string) {
  const coded = Object.assign(new Error(problem), { code: problem });
  const { code, message } = toNetworkError(coded, 'GET', url);
  return new AppError(code, `${message} It is ${words}.`);
}

/** `for registry.example.com by Example CA, valid until 2027-01-02`; hostile text, so cleaned. */
function describe({ subject, subjectaltname, issuer, valid_to }: PeerCertificate): string {
  const names = (subjectaltname ?? '').split(', ').filter((name) => name !== '');
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  const owner = names.length > 0 ? `${names.slice(0, MAX_NAMES).join(', ')}${more}` : word(subject?.CN);
  const until = dateOf(valid_to);
  return `for ${word(owner)} by ${word(issuer?.CN ?? issuer?.O)}, valid until ${until ? until.toISOString().slice(0, 10) : 'an unknown day'}`;
}

function word(text: string | readonly string[] | undefined): string {
  const one = cleanText(typeof text === 'string' ? text : (text?.[0] ?? ''), []).slice(0, MAX_NAME);
  return one === '' ? 'nobody named' : one;
}

function dateOf(text: string | undefined): Date | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : new Date(time);
}
