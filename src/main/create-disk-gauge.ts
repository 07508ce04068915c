import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Gauge } from 'prom-client';

/** Room on the disks that this process writes to: what a full one costs is told only when it is full. */
export function createDiskGauge(dataDir: string): Gauge<'folder'> {
  return new Gauge({
    name: 'plimsoll_disk_free_bytes',
    help: 'Room for this process on the disk of its data and of its temporary folder',
    labelNames: ['folder'],
    registers: [],
    async collect() {
      this.reset();
      for (const [folder, path] of [
        ['data', dataDir],
        ['temporary', tmpdir()],
      ] as const) {
        const disk = await statfs(path).catch(() => undefined); // a folder that is gone has no room to tell of
        if (disk) this.set({ folder }, disk.bavail * disk.bsize);
      }
    },
  });
}
