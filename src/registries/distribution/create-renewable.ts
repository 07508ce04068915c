import { AppError } from '../../model/app-error.ts';
import type { SignContext } from './api-access.ts';

/** What obtaining a value that expires may use. */
export type LoginContext = Omit<SignContext, 'refused'>;

/** Something that is good for a while: a token, a password. */
export interface Lease<T> {
  readonly value: T;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** A value that is obtained when it is first needed, and anew when it is about to expire or was refused. */
export interface Renewable<T> {
  /** @param isRefused tells a value that was just refused; one that is quite new stays, and lets the refusal stand */
  get(context: LoginContext, signal: AbortSignal, isRefused?: (value: T) => boolean): Promise<T>;
}

// A value must outlive the request it is sent with.
const MARGIN = 0.1;
const MAX_MARGIN_MS = 60_000;
// A refusal of what was obtained a moment ago is about something else: another would be refused as well.
const MIN_AGE_MS = 60_000;

/** One request for all who wait for the value. */
export function createRenewable<T>(
  obtain: (context: LoginContext, signal: AbortSignal) => Promise<Lease<T>>,
): Renewable<T> {
  let known: { readonly value: T; readonly since: number; readonly usableUntil: number } | undefined;
  let pending: Promise<T> | undefined;

  function isGood(now: number, isRefused: (value: T) => boolean): boolean {
    if (known === undefined || known.usableUntil <= now) return false;
    return known.since + MIN_AGE_MS > now || !isRefused(known.value);
  }

  async function start(context: LoginContext, signal: AbortSignal): Promise<T> {
    const since = context.now;
    const { value, expiresAt } = await obtain(context, signal);
    const usableUntil = expiresAt - Math.min(MAX_MARGIN_MS, (expiresAt - since) * MARGIN);
    known = { value, since, usableUntil };
    return value;
  }

  return {
    async get(context, signal, isRefused = () => false) {
      for (;;) {
        if (known !== undefined && isGood(context.now, isRefused)) return known.value;
        if (pending === undefined) {
          pending = start(context, signal).finally(() => {
            pending = undefined;
          });
          return pending;
        }
        try {
          return await pending;
        } catch (error) {
          // The one who asked gave up; we did not.
          if (!(error instanceof AppError && error.code === 'canceled') || signal.aborted) throw error;
        }
      }
    },
  };
}
