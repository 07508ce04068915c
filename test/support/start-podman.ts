import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileSleeper } from './compile-sleeper.ts';
import { runCommand } from './run-command.ts';
import { waitUntil } from './wait-until.ts';

export interface Podman {
  readonly socketPath: string;
  /** `podman …` on the same storage. */
  run(...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/**
 * A real Podman with storage of its own, which serves Docker's API; undefined, after a loud message, where it cannot run
 * containers. `localhost/sleeper:1` is there.
 */
export async function startPodman(): Promise<Podman | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-podman-'));
  try {
    return await startIn(folder);
  } catch (error) {
    console.warn(
      `SKIPPED: containers cannot be run with podman here: ${error instanceof Error ? error.message : error}`,
    );
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }
}

async function startIn(folder: string): Promise<Podman> {
  execFileSync('podman', ['--version'], { stdio: 'ignore' });
  const conf = join(folder, 'containers.conf');
  // No network, cgroups or limits of its own: sandboxes allow none.
  await writeFile(
    conf,
    '[containers]\nnetns = "host"\ncgroups = "disabled"\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n',
  );
  const socketPath = join(folder, 'podman.sock');
  const storage = ['--storage-driver=vfs', '--root', join(folder, 'root'), '--runroot', join(folder, 'run')];
  // In a view of the file system of its own: crun runs nothing where both versions of cgroups are mounted.
  const script = join(folder, 'podman.sh');
  await writeFile(
    script,
    `#!/bin/sh\nif [ -d /sys/fs/cgroup/unified ]; then umount /sys/fs/cgroup/unified; fi\nexport CONTAINERS_CONF=${conf}\nexec podman ${storage.join(' ')} "$@"\n`,
  );
  await chmod(script, 0o700);
  const run = (...args: readonly string[]) => runCommand('unshare', ['--mount', script, ...args]);
  const service = spawn('unshare', ['--mount', script, 'system', 'service', '--time=0', `unix://${socketPath}`], {
    stdio: 'ignore',
  });
  const stop = async () => {
    await run('rm', '--all', '--force', '--time', '0').catch(() => '');
    await end(service);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await buildSleeper(folder, run);
    await run('run', '--detach', '--name', 'trial', 'localhost/sleeper:1');
    await run('rm', '--force', '--time', '0', 'trial');
    await waitUntil(async () => service.exitCode !== null || existsSync(socketPath));
    if (service.exitCode !== null) throw new Error('podman system service ended');
    return { socketPath, run, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function buildSleeper(folder: string, run: Podman['run']): Promise<void> {
  await compileSleeper(folder);
  await writeFile(join(folder, 'Containerfile'), 'FROM scratch\nCOPY sleeper /sleeper\nCMD ["/sleeper"]\n');
  await run('build', '--isolation=chroot', '--tag', 'localhost/sleeper:1', folder);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await gone;
}
