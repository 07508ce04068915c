import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const A_SLOW_MACHINE_MS = 120_000;

test('npm run demo -- --once ends well, shows what the README shows, and leaves nothing behind', {
  timeout: A_SLOW_MACHINE_MS,
}, async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'plimsoll-demo-test-'));
  try {
    const { exitCode, output } = await runDemo(temporary);

    expect(output).toMatch(/shop\/api:2\.0 .*2C {3}5H {3}2M {3}1L/);
    expect(output).toMatch(/tools\/health:1\.0 .*0C {3}0H {3}0M {3}0L/);
    expect(output).toMatch(/legacy\/billing:2013 .* - +- /);
    expect(output).not.toContain('error');
    expect(missing(readmeCapture(), output)).toEqual([]);
    expect(exitCode).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
});

const SPECIAL = /[.*+?^${}()|[\]\\]/g;

/** The terminal in the README, without commands that may be left out, ids and what a narrow terminal says of itself. */
function readmeCapture(): readonly string[] {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const [, block = ''] = /```\n(\$ plimsoll[\s\S]*?)\n```/.exec(readme) ?? [];
  return block.split('\n').filter((line) => line !== '' && !line.startsWith('(no room for'));
}

/** Lines of which a part was not printed in this order; a terminal breaks lines and leaves columns out as it is wide. */
function missing(lines: readonly string[], output: string): readonly string[] {
  const printed = normalised(output);
  return lines.filter((line) => {
    const cells = line
      .trim()
      .split(/ {2,}/)
      .map(normalised)
      .filter((cell) => !/^\d+$/.test(cell));
    return !new RegExp(cells.map((cell) => cell.replace(SPECIAL, '\\$&')).join('.{0,60}?')).test(printed);
  });
}

const normalised = (text: string) => text.replaceAll(/127\.0\.0\.1:\d+/g, 'host').replaceAll(/\s+/g, ' ');

function runDemo(temporary: string): Promise<{ readonly exitCode: number; readonly output: string }> {
  const env = { PATH: process.env.PATH, HOME: temporary, TMPDIR: temporary };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(import.meta.dirname, 'main.ts'), '--once'], { env }, (error, stdout, stderr) =>
      resolve({ exitCode: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}
