import type { Registry } from 'prom-client';
import { countLayers } from './count-layers.ts';
import { createEngineMetrics } from './create-engine-metrics.ts';
import type { Scanner } from './create-scanner.ts';
import { createThreadGauges } from './create-thread-gauges.ts';

/** The same scanner, whose layers, threads and malware engines are counted. */
export function measureScanner(scanner: Scanner, metrics: Registry): Scanner {
  const { tools } = scanner;
  createEngineMetrics(tools.engines, metrics);
  createThreadGauges(tools.threads, metrics);
  return { ...scanner, tools: { ...tools, getLayerReports: countLayers(tools.getLayerReports, metrics) } };
}
