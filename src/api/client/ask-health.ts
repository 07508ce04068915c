const TIMEOUT_MS = 5_000;
const MAX_ANSWER = 10_000;

/** What a server says of itself; undefined where nobody listens. */
export type Health = { readonly status: number; readonly isPlimsoll: boolean } | undefined;

/** Asks `/readyz` of an endpoint, `http(s)://host[:port]`. Never throws but for `signal`. */
export async function askHealth(endpoint: string, signal: AbortSignal): Promise<Health> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    const answer = await fetch(new URL('/readyz', endpoint), { signal: limit, redirect: 'error' });
    const tooLong = Number(answer.headers.get('content-length') ?? 0) > MAX_ANSWER;
    if (tooLong) await answer.body?.cancel();
    const text = tooLong ? '' : await answer.text();
    return { status: answer.status, isPlimsoll: /^\{"status":"(?:ok|unavailable)"\}$/.test(text) };
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
