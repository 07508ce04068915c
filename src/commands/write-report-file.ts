import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { CommandFailure } from './command-failure.ts';

/** Writes a whole file or nothing: who reads it meanwhile, or after a kill, sees the old one or the new one. */
export async function writeReportFile(path: string, text: string): Promise<void> {
  const next = `${path}.${randomUUID()}.new`;
  try {
    const file = await open(next, 'wx', 0o644);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, path);
  } catch (cause) {
    await rm(next, { force: true });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CommandFailure(`The report cannot be written to ${path}: ${why}.`, {
      fix: 'Give --output-file a path in a folder that is there and may be written to.',
      cause,
    });
  }
}
