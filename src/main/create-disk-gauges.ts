import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Gauge, type Registry } from 'prom-client';

/** Room on the disks that this process writes to: what a full one costs is told only when it is full. */
export function createDiskGauges(dataDir: string, metrics: Registry): void {
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['folder'], registers: [metrics], collect: look });
  const look = async () => {
    for (const [folder, path] of [
      ['data', dataDir],
      ['temporary', tmpdir()],
    ] as const) {
      const disk = await statfs(path).catch(() => undefined); // a folder that is gone has no room to tell of
      free.remove({ folder });
      size.remove({ folder });
      if (!disk) continue;
      free.set({ folder }, disk.bavail * disk.bsize);
      size.set({ folder }, disk.blocks * disk.bsize);
    }
  };
  const free = gauge(
    'plimsoll_disk_free_bytes',
    'Room for this process on the disk of its data and of its temporary folder',
  );
  const size = gauge('plimsoll_disk_size_bytes', 'Size of the disk of the data and of the temporary folder');
}
