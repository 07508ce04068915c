import type { z } from 'zod';
import type { Session, SessionRequest } from '../distribution/open-session.ts';
import { parseAnswer } from '../distribution/read-body.ts';

const MAX_VALUES = 100_000;

/** One answer of an API of a registry type's own, read into a type of ours. @throws AppError as the session and `parseAnswer` */
export async function readJson<T>(
  session: Session,
  request: SessionRequest,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T> {
  const asked = { ...request, headers: { accept: 'application/json', ...request.headers } };
  const { response, body } = await session.read(asked, session.limits.pageBytes, signal);
  return parseAnswer(response, body, schema, MAX_VALUES);
}
