import { Gauge, type Registry } from 'prom-client';
import { packageVersion } from '../commands/package-version.ts';

/** Always 1: which version runs, and on which Node. */
export function createBuildGauge(metrics: Registry): void {
  const gauge = new Gauge({
    name: 'plimsoll_build_info',
    help: 'Always 1; its labels say which version runs, and on which Node',
    labelNames: ['version', 'node'],
    registers: [metrics],
  });
  gauge.set({ version: packageVersion(), node: process.version }, 1);
}
