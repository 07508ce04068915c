import type { ApiAccess, SignContext, SignedHeaders } from './api-access.ts';
import type { Transport, WireRequest, WireResponse } from './create-transport.ts';

/** What is answered, whatever its status, and what was sent to authorise it. */
export interface ApiAnswer {
  readonly response: WireResponse;
  readonly sent: SignedHeaders;
}

/**
 * Asks an API of a registry type's own, once more with other headers after a 401. Redirects are not followed: headers and
 * body may hold what is meant for this origin alone.
 */
export async function askApi(
  transport: Pick<Transport, 'send'>,
  request: WireRequest,
  access: ApiAccess,
  context: Omit<SignContext, 'refused'>,
  signal: AbortSignal,
): Promise<ApiAnswer> {
  const send = async (sent: SignedHeaders) => ({
    sent,
    response: await transport.send({ ...request, headers: { ...request.headers, ...sent } }, signal),
  });
  const first = await access.sign(request, context, signal);
  const answer = await send(first);
  if (answer.response.status !== 401) return answer;
  const renewed = await access.sign(request, { ...context, refused: first }, signal);
  if (isSame(first, renewed)) return answer;
  answer.response.body.destroy();
  return send(renewed);
}

function isSame(first: SignedHeaders, second: SignedHeaders): boolean {
  const names = Object.keys(first);
  return names.length === Object.keys(second).length && names.every((name) => first[name] === second[name]);
}
