import type { WireRequest } from './create-transport.ts';
import type { Answer } from './open-session.ts';

/**
 * How a registry type signs in to an API of its own, where the distribution's challenge and token are not spoken.
 * A request with it may lie on another origin than the registry's; the same address policy holds there.
 */
export interface ApiAccess {
  /** The only origin that is asked with these credentials. */
  readonly origin: string;
  /** Headers that authorise one try; asked for again with every one. */
  sign(request: WireRequest, context: SignContext, signal: AbortSignal): Promise<SignedHeaders>;
}

export type SignedHeaders = Readonly<Record<string, string>>;

export interface SignContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Has just been answered by 401: sign anew, or return the same again to let the answer stand. */
  readonly refused?: SignedHeaders;
  /**
   * One request for a token, within the place of the request that needs it; not redirected, tried again with that request.
   * @param accept statuses that are an answer, 200 when absent
   * @throws AppError for every other status
   */
  ask(request: WireRequest, signal: AbortSignal, accept?: readonly number[]): Promise<Answer>;
}
