import { AppError } from '../../model/app-error.ts';
import { basicAuthorization, type Credentials, type Token, type TokenRequest } from './fetch-token.ts';
import { parseChallenges } from './parse-challenges.ts';
import type { System } from './system.ts';

/** Answers challenges and remembers the answers, per scope. */
export interface Authorizer {
  /** The header for a request, from what is known; undefined until the registry has asked for one. */
  current(scope: string, signal: AbortSignal): Promise<string | undefined>;
  /**
   * A new header after a 401.
   * @param refused the header that was sent, if any
   * @throws AppError `authentication-failed` when nothing better can be offered
   */
  answer(scope: string, challenge: string, refused: string | undefined, signal: AbortSignal): Promise<string>;
}

/** The user name and password of a registry, which may expire. */
export interface CredentialSource {
  /** @param refused were just refused: others are returned, or the same again to let that stand */
  get(signal: AbortSignal, refused?: Credentials): Promise<Credentials>;
}

type Scheme =
  | { readonly kind: 'basic' }
  | { readonly kind: 'bearer'; readonly realm: string; readonly service: string | undefined; readonly scope: string };

interface CachedToken {
  readonly value: string;
  readonly usableUntil: number;
}

const MAX_SCOPES = 2_000;
// A token must outlive the request it is sent with.
const MARGIN = 0.1;
const MAX_MARGIN_MS = 30_000;

export function createAuthorizer(
  source: CredentialSource,
  host: string,
  fetchToken: (request: TokenRequest, signal: AbortSignal) => Promise<Token>,
  system: Pick<System, 'elapsed'>,
): Authorizer {
  const schemes = new Map<string, Scheme>();
  const tokens = new Map<string, CachedToken>();
  const pending = new Map<string, Promise<string>>();
  let latest: Scheme | undefined;

  async function current(scope: string, signal: AbortSignal): Promise<string | undefined> {
    const scheme = schemes.get(scope) ?? (latest?.kind === 'bearer' ? { ...latest, scope } : latest);
    if (scheme === undefined) return undefined;
    return scheme.kind === 'basic' ? basicAuthorization(await source.get(signal)) : bearer(scope, scheme, signal);
  }

  async function answer(scope: string, header: string, refused: string | undefined, signal: AbortSignal) {
    const scheme = chooseScheme(header, scope);
    latest = scheme;
    remember(schemes, scope, scheme);
    if (scheme.kind === 'basic') return basic(refused, signal);
    // Another request may have renewed the token while ours was under way.
    const known = tokens.get(scope);
    if (known !== undefined && `Bearer ${known.value}` === refused) tokens.delete(scope);
    return bearer(scope, scheme, signal);
  }

  async function basic(refused: string | undefined, signal: AbortSignal): Promise<string> {
    const credentials = await source.get(signal);
    if (credentials.username === '') throw refusal('asks for a user name and a password, and none are set');
    const authorization = basicAuthorization(credentials);
    if (authorization !== refused) return authorization;
    const renewed = basicAuthorization(await source.get(signal, credentials));
    if (renewed === refused) throw refusal('does not accept this user name and password');
    return renewed;
  }

  function chooseScheme(header: string, scope: string): Scheme {
    const challenges = parseChallenges(header);
    for (const { scheme, parameters } of challenges) {
      const realm = parameters.get('realm');
      if (scheme !== 'bearer' || realm === undefined || realm === '') continue;
      return { kind: 'bearer', realm, service: parameters.get('service'), scope: parameters.get('scope') || scope };
    }
    if (!challenges.some(({ scheme }) => scheme === 'basic')) {
      const offered = challenges.map(({ scheme }) => scheme).join(', ');
      throw refusal(
        `asks for a way to sign in that is not supported (${offered === '' ? 'none named' : offered.slice(0, 100)})`,
      );
    }
    return { kind: 'basic' };
  }

  async function bearer(scope: string, scheme: Scheme & { kind: 'bearer' }, signal: AbortSignal): Promise<string> {
    for (;;) {
      const known = tokens.get(scope);
      if (known !== undefined && known.usableUntil > system.elapsed()) return `Bearer ${known.value}`;
      const running = pending.get(scope);
      if (running === undefined) return start(scope, scheme, signal);
      try {
        return await running;
      } catch (error) {
        // The one who asked gave up; we did not.
        if (!(error instanceof AppError && error.code === 'canceled') || signal.aborted) throw error;
      }
    }
  }

  function start(scope: string, scheme: Scheme & { kind: 'bearer' }, signal: AbortSignal): Promise<string> {
    const run = async () => {
      const asked = system.elapsed();
      const token = await fetchToken({ realm: scheme.realm, service: scheme.service, scope: scheme.scope }, signal);
      const lifetime = token.lifetime * 1_000;
      const usableUntil = asked + lifetime - Math.min(MAX_MARGIN_MS, lifetime * MARGIN);
      remember(tokens, scope, { value: token.value, usableUntil });
      return `Bearer ${token.value}`;
    };
    const promise = run().finally(() => pending.delete(scope));
    pending.set(scope, promise);
    return promise;
  }

  function refusal(why: string): AppError {
    return new AppError('authentication-failed', `The registry ${host} ${why}.`);
  }

  return { current, answer };
}

/** Sets a value and forgets the oldest ones: one sync may visit a hundred thousand repositories. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_SCOPES && oldest !== undefined) map.delete(oldest);
}
