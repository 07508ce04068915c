import { Counter, type Registry } from 'prom-client';
import type { GetLayerReports } from '../scan/create-layer-reports.ts';

/** The same layers, counted by what became of them. What a look at a large file fetches once more is left out, as it is of progress. */
export function countLayers(getLayerReports: GetLayerReports, metrics: Registry): GetLayerReports {
  const layers = new Counter({
    name: 'plimsoll_layers_total',
    help: 'Layers that scans of this process wanted, by what became of them',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  const bytes = new Counter({
    name: 'plimsoll_layer_bytes_total',
    help: 'Compressed bytes of layers: read from a registry, or spared by reports that were kept',
    labelNames: ['source'],
    registers: [metrics],
  });
  // A rate sees what grows, not what begins.
  for (const outcome of ['walked', 'kept', 'failed']) layers.inc({ outcome }, 0);
  for (const source of ['registry', 'kept']) bytes.inc({ source }, 0);
  return async (layer, wanted, onBytes, signal) => {
    let walked = false;
    const counted: typeof onBytes = (read, reports) => {
      walked = true;
      bytes.inc({ source: 'registry' }, read);
      onBytes(read, reports);
    };
    try {
      const reports = await getLayerReports(layer, wanted, counted, signal);
      layers.inc({ outcome: walked ? 'walked' : 'kept' });
      if (!walked) bytes.inc({ source: 'kept' }, layer.size);
      return reports;
    } catch (error) {
      if (!signal.aborted) layers.inc({ outcome: 'failed' });
      throw error;
    }
  };
}
