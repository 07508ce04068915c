import type { RegistrySettings } from '../../model/registry.ts';
import type { ApiAccess, SignedHeaders } from '../distribution/api-access.ts';
import { basicAuthorization } from '../distribution/fetch-token.ts';

/** User name and password with every request to an API; nothing for anonymous visitors. */
export function basicAccess(origin: string, settings: Pick<RegistrySettings, 'username' | 'password'>): ApiAccess {
  const headers: SignedHeaders = settings.username === '' ? {} : { authorization: basicAuthorization(settings) };
  return { origin, sign: async () => headers };
}
