import { z } from 'zod';

const MAX_LENGTH = 64 * 1024;
const Claims = z.object({
  iss: z.string().optional().catch(undefined),
  /** Tenant of Microsoft Entra. */
  tid: z.string().optional().catch(undefined),
  /** Seconds since 1970. */
  exp: z.number().optional().catch(undefined),
});

/** What a JSON web token says of itself, unverified: it is only ever shown to whom it is for. Undefined when it is none. */
export function readJwt(token: string): z.infer<typeof Claims> | undefined {
  const [, payload, signature, ...rest] = token.split('.');
  if (!payload || signature === undefined || rest.length > 0 || token.length > MAX_LENGTH) return undefined;
  try {
    return Claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  } catch {
    return undefined;
  }
}
