import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const runFile = promisify(execFile);

/** All threads of a process, and those that it starts, on one processor, counted from 0. False where `taskset` (util-linux) is not installed. */
export async function bindToProcessor(pid: number, processor: number): Promise<boolean> {
  try {
    await runFile('taskset', ['--all-tasks', '--cpu-list', '--pid', String(processor), String(pid)]);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
