#!/usr/bin/env node
import { keepCompiledCode } from './commands/keep-compiled-code.ts';
import { startSmall } from './commands/start-small.ts';

keepCompiledCode(process.env);
const { createTerminal } = await import('./commands/output/terminal.ts');
const { runCommandLine } = await startSmall(() => import('./commands/run-command-line.ts'));

const FORCED = 130;

/** The only place that touches the process: its arguments, environment, streams and signals. */
async function main(): Promise<void> {
  const abort = new AbortController();
  const onSignal = () => {
    if (abort.signal.aborted) process.exit(FORCED); // the second Ctrl-C does not wait
    abort.abort(new DOMException('Interrupted', 'AbortError'));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0); // `| head` has read enough
    throw error;
  });
  process.exitCode = await runCommandLine(process.argv.slice(2), {
    env: process.env,
    terminal: createTerminal(process, process.env),
    signal: abort.signal,
    now: () => new Date(),
    readInput: readAll,
  });
  process.off('SIGINT', onSignal);
  process.off('SIGTERM', onSignal);
}

async function readAll(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

await main();
