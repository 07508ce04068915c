import { basicAuthorization } from '../../../src/registries/distribution/fetch-token.ts';
import type { OwnSignIn, Vendor, VendorAnswer, VendorRequest } from './vendor.ts';

const ROUTE = /^\/v2\/(.+)\/(?:tags\/list|manifests\/[^/]+|blobs\/[^/]+)$/;

/** How a vendor signs in, where it does so in one of the two usual ways as well. */
export function ownSignIn({ signIn, credentials }: Vendor): OwnSignIn {
  if (signIn === 'basic') {
    return {
      challenge: () => 'Basic realm="vendor"',
      accepts: (authorization) => authorization === basicAuthorization(credentials),
      answer: () => undefined,
    };
  }
  if (!('realm' in signIn)) return signIn;
  const { realm } = signIn;
  const tokenOf = (generation: number) => `vendor-token-${generation}`;
  const giveToken = ({ authorization, generation }: VendorRequest): VendorAnswer =>
    authorization === basicAuthorization(credentials)
      ? { status: 200, body: { token: tokenOf(generation), expires_in: 300 } }
      : { status: 401, body: { errors: [{ code: 'UNAUTHORIZED', message: 'wrong user or password' }] } };
  return {
    challenge(url) {
      const name = ROUTE.exec(url.pathname)?.[1];
      const scope = name === undefined ? '' : `,scope="repository:${name}:pull"`;
      return `Bearer realm="${url.origin}${realm}",service="vendor"${scope}`;
    },
    accepts: (authorization, generation) => authorization === `Bearer ${tokenOf(generation)}`,
    answer: (request) => (request.url.pathname === realm ? giveToken(request) : undefined),
  };
}
