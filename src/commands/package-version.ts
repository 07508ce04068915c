import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Ours, from package.json. */
export function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url); // two up from src/commands and dist/commands alike
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
