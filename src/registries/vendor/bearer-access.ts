import type { ApiAccess, SignedHeaders } from '../distribution/api-access.ts';

/** A token that people made themselves with every request to an API; nothing for those who have none. */
export function bearerAccess(origin: string, token: string | undefined): ApiAccess {
  const headers: SignedHeaders = token ? { authorization: `Bearer ${token}` } : {};
  return { origin, sign: async () => headers };
}
