import { AppError } from '../../model/app-error.ts';
import type { ApiAccess, SignContext, SignedHeaders } from '../distribution/api-access.ts';

/** A token of an API, and until when it is worth sending, milliseconds since 1970; without it until it is refused. */
export interface ApiToken {
  readonly value: string;
  readonly usableUntil?: number;
}

/** Gives a token for credentials. */
export type ApiTokenSource = (context: Omit<SignContext, 'refused'>, signal: AbortSignal) => Promise<ApiToken>;

/** Signs with a token that is fetched once for all requests, and anew when it is over or refused. */
export function tokenAccess(origin: string, fetchToken: ApiTokenSource): ApiAccess {
  let token: ApiToken | undefined;
  let pending: Promise<ApiToken> | undefined;

  async function fetchOnce(context: SignContext, signal: AbortSignal): Promise<ApiToken> {
    for (;;) {
      const running = pending;
      if (running === undefined) break;
      try {
        return await running;
      } catch (error) {
        // The one who asked gave up; we did not.
        if (!(error instanceof AppError && error.code === 'canceled') || signal.aborted) throw error;
      }
    }
    pending = fetchToken(context, signal).finally(() => {
      pending = undefined;
    });
    token = await pending;
    return token;
  }

  return {
    origin,
    async sign(_request, context, signal): Promise<SignedHeaders> {
      const known = token;
      const isOver = known?.usableUntil !== undefined && known.usableUntil <= context.now;
      const isRefused = known !== undefined && context.refused?.authorization === bearer(known);
      if (known !== undefined && !isOver && !isRefused) return { authorization: bearer(known) };
      return { authorization: bearer(await fetchOnce(context, signal)) };
    },
  };
}

const bearer = ({ value }: ApiToken) => `Bearer ${value}`;
