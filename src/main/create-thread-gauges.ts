import { Gauge, type Registry } from 'prom-client';
import type { ScanThreads } from '../scan/create-scan-threads.ts';

/** Whether the threads that unpack layers and match inventories keep up. */
export function createThreadGauges(threads: Pick<ScanThreads, 'figures'>, metrics: Registry): void {
  const running = new Gauge({
    name: 'plimsoll_scan_threads',
    help: 'Threads of this process that unpack layers and match inventories, by state',
    labelNames: ['state'],
    registers: [metrics],
    collect: () => {
      const { busy, idle } = threads.figures();
      running.set({ state: 'busy' }, busy);
      running.set({ state: 'idle' }, idle);
    },
  });
  new Gauge({
    name: 'plimsoll_scan_threads_waiting',
    help: 'Layers, configs and inventories of this process that wait for a thread',
    registers: [metrics],
    collect() {
      this.set(threads.figures().waiting);
    },
  });
}
