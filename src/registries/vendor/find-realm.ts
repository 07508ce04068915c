import { AppError } from '../../model/app-error.ts';
import type { Session } from '../distribution/open-session.ts';
import { parseChallenges } from '../distribution/parse-challenges.ts';

/**
 * The token server that a registry names when it is asked without credentials; undefined when it names none.
 * @throws AppError `authentication-failed` when it is spoken to in plain http by a registry that is not
 */
export async function findRealm(session: Session, signal: AbortSignal): Promise<URL | undefined> {
  const base = session.url('');
  const access = { origin: base.origin, sign: async () => ({}) };
  const asked = { method: 'GET', url: session.url('v2/'), scope: '', access, accept: [200, 401] } as const;
  const { response } = await session.read(asked, session.limits.errorBytes, signal);
  for (const { parameters } of parseChallenges(response.header('www-authenticate') ?? '')) {
    const realm = URL.parse(parameters.get('realm') ?? '');
    if (realm?.protocol !== 'https:' && realm?.protocol !== 'http:') continue;
    if (realm.protocol === 'https:' || base.protocol === 'http:') return realm;
    const message = `${base.host} names ${realm.host} as its token server, which is not encrypted, so nothing is sent there.`;
    throw new AppError('authentication-failed', message);
  }
  return undefined;
}
