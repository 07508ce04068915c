import { AppError } from '../../src/model/app-error.ts';
import type { ConnectionVerdict } from '../../src/model/connection-report.ts';
import { explainCatalogFailure } from '../../src/registries/explain-catalog-failure.ts';
import type { RegistryClient } from '../../src/registries/registry-client.ts';

/**
 * Tries a client as a sync would: first whether the registry answers and accepts the credentials, then whether it lets them
 * list repositories. Two questions, where `src/registries/probe-connection.ts` asks a dozen: for suites that count requests.
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
