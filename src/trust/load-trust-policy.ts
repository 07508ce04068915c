import { open } from 'node:fs/promises';
import { InvalidTrustPolicy, MAX_POLICY_BYTES, parseTrustPolicy, type TrustPolicy } from './trust-policy.ts';

/** Reads the policy of a file; undefined without one. @throws InvalidTrustPolicy that names the file */
export async function loadTrustPolicy(path: string | undefined): Promise<TrustPolicy | undefined> {
  if (path === undefined) return undefined;
  try {
    return parseTrustPolicy(await readBounded(path));
  } catch (cause) {
    const why = cause instanceof InvalidTrustPolicy || isSystemError(cause) ? cause.message : undefined;
    if (why === undefined) throw cause;
    throw new InvalidTrustPolicy(`The trust policy ${path} cannot be used. ${why}`, { cause });
  }
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'code' in error;

async function readBounded(path: string): Promise<string> {
  const file = await open(path);
  try {
    const bytes = Buffer.alloc(MAX_POLICY_BYTES + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.toString('utf8', 0, length);
  } finally {
    await file.close();
  }
}
