import { z } from 'zod';
import { signTc3 } from '../../signing/sign-tc3.ts';

/** An error that the server answered, with the id under which its log tells more. */
export class ApiCallError extends Error {
  readonly code: string;
  readonly requestId: string;

  constructor(code: string, message: string, requestId: string) {
    super(message);
    this.name = 'ApiCallError';
    this.code = code;
    this.requestId = requestId;
  }
}

/** Calls any action of the API, signed. */
export interface ApiClient {
  /** Returns the `Response`; throws ApiCallError for what the server refuses, other errors when it cannot be reached. */
  call(action: string, parameters: object, signal?: AbortSignal): Promise<Readonly<Record<string, unknown>>>;
}

export interface ApiClientOptions {
  /** `http(s)://host[:port]` */
  readonly endpoint: string;
  readonly secretId: string;
  readonly secretKey: string;
  /** Of a temporary key. */
  readonly token?: string;
  readonly now?: () => Date;
}

const Answer = z.object({
  Response: z.looseObject({
    RequestId: z.string(),
    Error: z.object({ Code: z.string(), Message: z.string() }).optional(),
  }),
});
const TIMEOUT_MS = 60_000;
const CONTENT_TYPE = 'application/json';

export function createApiClient({
  endpoint,
  secretId,
  secretKey,
  token,
  now = () => new Date(),
}: ApiClientOptions): ApiClient {
  const { host } = new URL(endpoint);
  return {
    call: async (action, parameters, signal) => {
      const body = JSON.stringify(parameters);
      const timestamp = Math.floor(now().getTime() / 1000);
      const timeout = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(new URL('/', endpoint), {
        method: 'POST',
        body,
        headers: {
          'content-type': CONTENT_TYPE,
          'x-tc-action': action,
          'x-tc-version': '2020-11-01',
          'x-tc-timestamp': String(timestamp),
          ...(token ? { 'x-tc-token': token } : {}),
          authorization: signTc3(
            { host, contentType: CONTENT_TYPE, body, service: 'tcss', timestamp },
            { secretId, secretKey },
          ),
        },
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      const answer = Answer.safeParse(await response.json().catch(() => undefined));
      if (!answer.success)
        throw new Error(`${endpoint} does not answer as Plimsoll (HTTP ${response.status}): check the endpoint`);
      const { Error: failure, ...rest } = answer.data.Response;
      if (failure) throw new ApiCallError(failure.Code, failure.Message, rest.RequestId);
      return rest;
    },
  };
}
