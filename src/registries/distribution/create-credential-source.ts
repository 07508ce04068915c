import type { CredentialSource } from './create-authorizer.ts';
import { createRenewable, type Lease, type LoginContext } from './create-renewable.ts';
import type { Credentials } from './fetch-token.ts';

/** Obtains a user name and a password that expire. */
export type Login = (context: LoginContext, signal: AbortSignal) => Promise<Lease<Credentials>>;

/**
 * Credentials by a login, kept until they expire.
 * @param learnt told of credentials before they are used, so that no message repeats them
 */
export function createCredentialSource(
  login: Login,
  contextNow: () => LoginContext,
  learnt: (credentials: Credentials) => void,
): CredentialSource {
  const renewable = createRenewable(async (context, signal) => {
    const lease = await login(context, signal);
    learnt(lease.value);
    return lease;
  });
  return { get: (signal, refused) => renewable.get(contextNow(), signal, (value) => value === refused) };
}
