import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { askCredentialHelper } from './ask-credential-helper.ts';

test('a helper that does not answer is ended, and named', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-helper-'));
  const program = join(folder, 'docker-credential-slow');
  writeFileSync(program, '#!/bin/sh\ntrap "" TERM\nexec sleep 60\n');
  chmodSync(program, 0o755);
  const environment = { PATH: `${folder}:${process.env.PATH}` };
  const asking = { environment, signal: new AbortController().signal, timeoutMs: 100 };

  await expect(askCredentialHelper('slow', 'registry.test', asking)).rejects.toThrow(
    'docker-credential-slow did not answer in time',
  );
  rmSync(folder, { recursive: true, force: true });
});
