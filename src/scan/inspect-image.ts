import { squash } from '../layers/squash.ts';
import type { Inventory } from '../model/inventory.ts';
import type { LayerReport } from '../model/layer-report.ts';
import type { GetLayerReport } from './create-layer-reports.ts';
import type { ImageSource } from './image-source.ts';
import type { ScanProgress } from './scan-report.ts';

const LAYERS_AT_ONCE = 3;

/** Layers → reports → inventory. Throws on the first layer that cannot be read: a squash with a hole would be a lie. */
export async function inspectImage(
  source: ImageSource,
  getLayerReport: GetLayerReport,
  onProgress: (progress: ScanProgress) => void,
  signal: AbortSignal,
): Promise<Inventory> {
  const { layers } = source;
  const bytesTotal = layers.reduce((sum, layer) => sum + layer.size, 0);
  const reports = new Array<LayerReport | undefined>(layers.length);
  const done = layers.map(() => 0);
  let layersDone = 0;
  const report = () =>
    onProgress({
      bytesDone: done.reduce((sum, bytes) => sum + bytes, 0),
      bytesTotal,
      layersDone,
      layersTotal: layers.length,
    });

  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  let next = 0;
  const takeLayers = async () => {
    for (let index = next++; index < layers.length; index = next++) {
      const layer = layers[index];
      if (!layer) return;
      reports[index] = await getLayerReport(
        layer,
        (bytes) => {
          done[index] = Math.min((done[index] ?? 0) + bytes, layer.size);
          report();
        },
        either,
      );
      done[index] = layer.size;
      layersDone++;
      report();
    }
  };
  try {
    await Promise.all(Array.from({ length: LAYERS_AT_ONCE }, takeLayers));
  } catch (error) {
    failed.abort(error);
    throw error;
  }
  return squash(reports.filter((each) => each !== undefined));
}
