import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CriDriver, createCriDriver } from './create-cri-driver.ts';
import { waitUntil } from './wait-until.ts';

export interface Containerd {
  readonly socketPath: string;
  start(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  /** Ends the daemon and starts it again; containers live on. */
  restart(): Promise<void>;
  end(): Promise<void>;
}

/**
 * A real containerd with storage of its own, which serves CRI and has pulled `image` (on a registry of this machine, without
 * TLS); its pods are of that image, too. A container `first` of it runs. undefined, after a loud message, where it cannot run containers.
 */
export async function startContainerd(image: string): Promise<Containerd | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-containerd-'));
  try {
    execFileSync('containerd', ['--version'], { stdio: 'ignore' });
    await writeFile(join(folder, 'config.toml'), configOf(folder, image));
    return await startIn(folder, image);
  } catch (error) {
    console.warn(
      `SKIPPED: containers cannot be run with containerd here: ${error instanceof Error ? error.message : error}`,
    );
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }
}

/** No cgroups, limits or network of its own: sandboxes allow none. */
const configOf = (folder: string, image: string) => `version = 2
root = "${folder}/root"
state = "${folder}/state"
disabled_plugins = [${['aufs', 'btrfs', 'devmapper', 'overlayfs', 'zfs'].map((name) => `"io.containerd.snapshotter.v1.${name}"`)},
  "io.containerd.internal.v1.opt"]
[grpc]
  address = "${folder}/containerd.sock"
[ttrpc]
  address = "${folder}/containerd.sock.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
  disable_cgroup = true
  disable_apparmor = true
  restrict_oom_score_adj = true
  sandbox_image = "${image}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "native"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${folder}/cni"
    conf_dir = "${folder}/cni"
`;

async function startIn(folder: string, image: string): Promise<Containerd> {
  const socketPath = join(folder, 'containerd.sock');
  const driver = createCriDriver(socketPath);
  const running = new Set<string>();
  let daemon = await spawnDaemon(folder, driver);
  const start = async (name: string) => {
    running.add(name);
    await driver.start(name, image);
  };
  const stop = async (name: string) => {
    await driver.stop(name);
    running.delete(name);
  };
  const restart = async () => {
    await endProcess(daemon);
    daemon = await spawnDaemon(folder, driver);
  };
  const end = async () => {
    await Promise.all([...running].map((name) => stop(name).catch((error: unknown) => console.warn(error))));
    driver.close();
    await endProcess(daemon);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await driver.pull(image);
    await start('first');
    return { socketPath, start, stop, restart, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Resolves when it answers. */
async function spawnDaemon(folder: string, driver: CriDriver): Promise<ChildProcess> {
  const daemon = spawn('containerd', ['--config', join(folder, 'config.toml'), '--log-level', 'error'], {
    stdio: 'ignore',
  });
  await waitUntil(async () => daemon.exitCode !== null || (await driver.isReady()));
  if (daemon.exitCode !== null) throw new Error(`containerd ended with ${daemon.exitCode}`);
  return daemon;
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await gone;
}
