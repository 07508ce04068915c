import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const NOBODY = '54321';
const program = `import { keepCompiledCode } from ${JSON.stringify(join(import.meta.dirname, 'keep-compiled-code.ts'))};
keepCompiledCode({});
console.log('goes on');`;

test.skipIf(process.getuid?.() !== 0)('a user who is only a number starts without the cache', () => {
  const { HOME: _, ...env } = process.env;
  const node = [process.execPath, '--input-type=module', '-e', program];

  const out = execFileSync('setpriv', [`--reuid=${NOBODY}`, '--clear-groups', ...node], { env, encoding: 'utf8' });

  expect(out).toBe('goes on\n');
});
