import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessCost {
  /** Milliseconds. */
  readonly wall: number;
  /** Milliseconds of user and system time; up to 20 too few, as they are polled. */
  readonly cpu: number;
  /** MiB, the high-water mark of resident memory. */
  readonly peak: number;
}

const POLL_MS = 5;
/** Of one clock tick, as Linux counts them on every architecture that Node runs on. */
const TICK_MS = 10;

/** Runs a process to its end and reads its cost from /proc. Throws when it exits with another code than these. */
export async function measureProcess(
  file: string,
  args: readonly string[],
  codes: readonly number[] = [0],
): Promise<ProcessCost> {
  const start = performance.now();
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 300_000 });
  let cost = { cpu: 0, peak: 0 };
  const timer = setInterval(() => {
    cost = readCost(child.pid) ?? cost;
  }, POLL_MS);
  try {
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('exit', resolve),
    );
    if (code === null || !codes.includes(code)) throw new Error(`${file} ${args.join(' ')} exited with ${code}`);
    return { wall: performance.now() - start, ...cost };
  } finally {
    clearInterval(timer);
  }
}

/** proc(5): fields 14 and 15 of stat, counted after the name in parentheses; VmHWM of status. */
function readCost(pid: number | undefined): { cpu: number; peak: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    if (peak === undefined) return undefined; // a zombie has no memory
    return { cpu: (Number(fields[11]) + Number(fields[12])) * TICK_MS, peak: Number(peak) / 1024 };
  } catch {
    return undefined; // it has just ended
  }
}
