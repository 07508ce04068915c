import { Gauge, type Registry } from 'prom-client';
import type { Store } from '../store/store.ts';

/** Who of this process has a connection to the database, and who waits for one; on SQLite a connection is a thread. */
export function createDatabaseGauges(store: Pick<Store, 'connections' | 'clockAheadMs'>, metrics: Registry): void {
  const connections = new Gauge({
    name: 'plimsoll_database_connections',
    help: 'Connections of this process to the database, by pool and state',
    labelNames: ['pool', 'state'],
    registers: [metrics],
    collect: () => {
      for (const [pool, { busy, idle, abandoned, waiting: callers }] of Object.entries(store.connections())) {
        connections.set({ pool, state: 'busy' }, busy);
        connections.set({ pool, state: 'idle' }, idle);
        connections.set({ pool, state: 'abandoned' }, abandoned);
        waiting.set({ pool }, callers);
      }
    },
  });
  const waiting = new Gauge({
    name: 'plimsoll_database_waiting',
    help: 'Callers of this process that wait for a connection to the database, by pool',
    labelNames: ['pool'],
    registers: [metrics],
  });
  new Gauge({
    name: 'plimsoll_clock_ahead_seconds',
    help: 'How far the clock of this machine is ahead of the time that everybody on the database goes by',
    registers: [metrics],
    collect() {
      const ahead = store.clockAheadMs();
      if (ahead === undefined) this.remove();
      else this.set(ahead / 1_000);
    },
  });
}
