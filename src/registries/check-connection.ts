import { AppError } from '../model/app-error.ts';
import type { Cause } from '../model/cause.ts';
import type { RegistryClient } from './registry-client.ts';

export type ConnectionCheck =
  | { readonly status: 'connected' }
  | { readonly status: 'failed'; readonly cause: Cause; readonly message: string };

/**
 * Tries a registry as a sync would: first whether it answers and accepts the credentials, then whether it lets them list
 * repositories, since many accounts may pull and yet not list. Never throws but for defects and cancellation.
 */
export async function checkConnection(client: RegistryClient, signal: AbortSignal): Promise<ConnectionCheck> {
  try {
    await client.ping(signal);
  } catch (error) {
    const expected = asExpected(error);
    return { status: 'failed', cause: expected.code, message: expected.message };
  }
  try {
    for await (const _repository of client.repositories(signal)) break;
    return { status: 'connected' };
  } catch (error) {
    return { status: 'failed', ...explainCatalogFailure(asExpected(error)) };
  }
}

function explainCatalogFailure({ code, message }: AppError): { readonly cause: Cause; readonly message: string } {
  if (code === 'authentication-failed' || code === 'permission-denied') {
    const text = `The registry answers and accepts the sign-in, but does not let this account list its repositories. ${message}`;
    return { cause: 'permission-denied', message: text };
  }
  return { cause: code, message };
}

function asExpected(error: unknown): AppError {
  if (!(error instanceof AppError) || error.code === 'canceled') throw error;
  return error;
}
