import { z } from 'zod';
import { type AwsCredentials, signV4 } from '../../signing/sign-v4.ts';
import type { ApiAccess } from '../distribution/api-access.ts';
import type { Login } from '../distribution/create-credential-source.ts';
import type { WireRequest } from '../distribution/create-transport.ts';
import { DistributionError } from '../distribution/distribution-error.ts';
import type { SessionRequest } from '../distribution/open-session.ts';
import { parseAnswer } from '../distribution/read-body.ts';
import { redactUrl } from '../distribution/redact-url.ts';
import { assertAwsAnswer } from './assert-aws-answer.ts';
import type { EcrAddress } from './find-ecr.ts';

/** The API of one ECR registry, as one key is allowed to use it. */
export interface EcrApi {
  /** One call, for the session to send. @param parameters as the action has them; the account is added */
  call(action: string, parameters: object): SessionRequest;
  /** User and password for the distribution, good for 12 hours. */
  readonly login: Login;
}

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html; time in seconds since 1970 */
const Tokens = z.object({
  authorizationData: z.array(z.object({ authorizationToken: z.string(), expiresAt: z.number() })).min(1),
});

const TARGET = 'AmazonEC2ContainerRegistry_V20150921';
/** Of errors AWS says in the body what they are, with either status: see `assertAwsAnswer`. */
const ANSWERS = [200, 400, 403];

export function createEcrApi(address: EcrAddress, credentials: AwsCredentials): EcrApi {
  const { url, region, accountId } = address;
  const secrets = [credentials.secretAccessKey, credentials.sessionToken ?? ''].filter((secret) => secret !== '');
  const sign = ({ method, url: target, headers: all, body = '' }: WireRequest, at: number) => {
    // Proxies change it, and what is signed must arrive as it was.
    const { 'accept-encoding': _, ...headers } = all;
    return signV4({ method, url: target, headers, body, region, service: 'ecr', at }, credentials);
  };
  const access: ApiAccess = { origin: url.origin, sign: async (request, { now }) => sign(request, now) };
  const toRequest = (action: string, parameters: object) => ({
    method: 'POST' as const,
    url,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${TARGET}.${action}` },
    body: JSON.stringify(parameters),
  });

  return {
    call: (action, parameters) => ({
      ...toRequest(action, { ...parameters, ...(accountId === undefined ? {} : { registryId: accountId }) }),
      scope: '',
      access,
      accept: ANSWERS,
      check: (answer) => assertAwsAnswer(answer, action, secrets),
    }),
    async login({ now, ask }, signal) {
      const action = 'GetAuthorizationToken';
      const request = toRequest(action, {});
      const answer = await ask({ ...request, headers: sign(request, now) }, signal, ANSWERS);
      assertAwsAnswer(answer, action, secrets);
      const [token] = parseAnswer(answer.response, answer.body, Tokens).authorizationData;
      const [username = '', password = ''] = splitOnce(
        Buffer.from(token?.authorizationToken ?? '', 'base64').toString(),
      );
      if (password === '' || token === undefined) throw noPassword(url);
      return { value: { username, password }, expiresAt: token.expiresAt * 1_000 };
    },
  };
}

function splitOnce(text: string): readonly string[] {
  const colon = text.indexOf(':');
  return [text.slice(0, Math.max(0, colon)), text.slice(colon + 1)];
}

function noPassword(url: URL): DistributionError {
  const message = `GetAuthorizationToken at ${redactUrl(url)} answered without a user name and a password.`;
  return new DistributionError('registry-error', message, { method: 'POST', url: redactUrl(url), status: 200 });
}
