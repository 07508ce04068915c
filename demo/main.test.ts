import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('npm run demo -- --once ends well, shows the list, and leaves nothing behind', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'plimsoll-demo-test-'));
  try {
    const { exitCode, output } = await runDemo(temporary);

    expect(output).toMatch(/shop\/api:2\.0 .*2C {3}5H {3}2M {3}1L/);
    expect(output).toMatch(/tools\/health:1\.0 .*0C {3}0H {3}0M {3}0L/);
    expect(output).toMatch(/legacy\/billing:2013 .* - +- /);
    expect(output).not.toContain('error');
    expect(exitCode).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
});

function runDemo(temporary: string): Promise<{ readonly exitCode: number; readonly output: string }> {
  const env = { PATH: process.env.PATH, HOME: temporary, TMPDIR: temporary };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(import.meta.dirname, 'main.ts'), '--once'], { env }, (error, stdout, stderr) =>
      resolve({ exitCode: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}
