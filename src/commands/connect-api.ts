import type { z } from 'zod';
import { ApiCallError, createApiClient } from '../api/client/create-api-client.ts';
import { adminKeyPath, findAdminKey } from '../config/admin-key.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';

/** The server, spoken to as any client of the public API would. */
export interface Api {
  /** Sends one signed action and reads its answer; throws what `describeFailure` explains. */
  call<T>(action: string, parameters: Readonly<Record<string, unknown>>, answer: z.ZodType<T>): Promise<T>;
  readonly endpoint: string;
}

/** What is neither the server's answer nor the lack of one: something else listens there. */
function explain(error: unknown): never {
  if (error instanceof ApiCallError || error instanceof TypeError || !(error instanceof Error)) throw error;
  if (error.name === 'AbortError') throw error;
  throw new CommandFailure(error.message, { fix: 'Check PLIMSOLL_ENDPOINT (or --endpoint).', cause: error });
}

/** Signs with PLIMSOLL_SECRET_ID and PLIMSOLL_SECRET_KEY, else with the key that the server left in the data folder. */
export async function connectApi(context: CommandContext): Promise<Api> {
  const config = context.config();
  const key = await findAdminKey(config);
  if (!key) {
    throw new CommandFailure('There is no API key to sign with.', {
      exitCode: exitCodes.unauthenticated,
      fix:
        `Set PLIMSOLL_SECRET_ID and PLIMSOLL_SECRET_KEY, or point --data-dir at the server's data folder ` +
        `(looked for ${adminKeyPath(config.dataDir)}, which \`plimsoll serve\` makes).`,
    });
  }
  const client = createApiClient({
    endpoint: config.endpoint,
    secretId: key.secretId,
    secretKey: key.secretKey,
    ...(config.token ? { token: config.token } : {}),
  });
  return {
    endpoint: config.endpoint,
    async call(action, parameters, answer) {
      const parsed = answer.safeParse(await client.call(action, parameters, context.signal).catch(explain));
      if (parsed.success) return parsed.data;
      throw new CommandFailure(`${config.endpoint} answered ${action} in a shape that this version does not know.`, {
        fix: 'Check that PLIMSOLL_ENDPOINT is a Plimsoll server of the same version as this command.',
        cause: parsed.error,
      });
    },
  };
}
