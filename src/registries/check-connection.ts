import { AppError } from '../model/app-error.ts';
import type { ConnectionVerdict } from '../model/connection-report.ts';
import { explainCatalogFailure } from './explain-catalog-failure.ts';
import type { RegistryClient } from './registry-client.ts';

/**
 * Tries a client as a sync would: first whether the registry answers and accepts the credentials, then whether it lets them
 * list repositories, since many accounts may pull and yet not list. Never throws but for defects and cancellation.
 * `probe-connection.ts` tells more, step by step.
 */
export async function checkConnection(client: RegistryClient, signal: AbortSignal): Promise<ConnectionVerdict> {
  try {
    await client.ping(signal);
  } catch (error) {
    return failed(asExpected(error));
  }
  try {
    for await (const _repository of client.repositories(signal)) break;
    return { status: 'connected' };
  } catch (error) {
    return failed(explainCatalogFailure(asExpected(error)));
  }
}

const failed = ({ code, message }: AppError) => ({ status: 'failed', cause: code, message }) as const;

function asExpected(error: unknown): AppError {
  if (!(error instanceof AppError) || error.code === 'canceled') throw error;
  return error;
}
