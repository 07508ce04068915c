import { Gauge } from 'prom-client';
import { packageVersion } from '../commands/package-version.ts';

/** Always 1: which version runs, and on which Node. */
export function createBuildGauge(): Gauge<'version' | 'node'> {
  const gauge = new Gauge({
    name: 'plimsoll_build_info',
    help: 'Always 1; its labels say which version runs, and on which Node',
    labelNames: ['version', 'node'],
    registers: [],
  });
  gauge.set({ version: packageVersion(), node: process.version }, 1);
  return gauge;
}
