import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test, vi } from 'vitest';
import { describeEachEngine } from '../support/describe-each-engine.ts';

vi.setConfig({ testTimeout: 180_000 });

const PROCESSES = 4;

/** A process that is ready to open the store; `go` lets it, `output` is all it said when it has ended. */
function storeProcess(url: string) {
  const child: ChildProcess = spawn(process.execPath, [resolve('test/support/store-process.ts'), url], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let text = '';
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<string>();
  const read = (chunk: Buffer) => {
    text += chunk.toString();
    if (text.includes('ready')) ready.resolve();
  };
  child.stdout?.on('data', read);
  child.stderr?.on('data', read);
  child.once('exit', (code) => ended.resolve(`${text}exit ${code}`));
  return { ready: ready.promise, go: () => child.stdin?.write('go\n'), output: ended.promise };
}

describeEachEngine('processes that start at the same moment', (fixture) => {
  test('find the schema made, once, by one of them', async () => {
    const url = await fixture.engine.freshUrl();
    const processes = Array.from({ length: PROCESSES }, () => storeProcess(url));
    await Promise.all(processes.map((each) => each.ready));

    for (const each of processes) each.go();

    const outputs = await Promise.all(processes.map((each) => each.output));
    expect(outputs).toEqual(Array(PROCESSES).fill('ready\nopened\nexit 0'));
  });
});
