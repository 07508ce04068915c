import type { LayerReport } from '../model/layer-report.ts';
import type { MalwareReport } from '../model/malware-file.ts';
import type { ScanKind } from '../model/scan.ts';
import type { GetLayerReports, OnLayerBytes, WalkedReports, WantedReports } from './create-layer-reports.ts';
import type { ImageSource } from './image-source.ts';
import type { ScanProgress } from './scan-report.ts';

const LAYERS_AT_ONCE = 3;

/** From base to top; empty where that kind of report is not there for every layer, which only happens to what was not wanted. */
export interface InspectedLayers {
  readonly content: readonly LayerReport[];
  readonly malware: readonly MalwareReport[];
}

/** The reports of all layers. Throws on the first layer that cannot be read: a squash with a hole would be a lie. */
export async function inspectLayers(
  { layers }: ImageSource,
  wanted: WantedReports,
  kinds: readonly ScanKind[],
  getLayerReports: GetLayerReports,
  onProgress: (progress: ScanProgress) => void,
  signal: AbortSignal,
): Promise<InspectedLayers> {
  const content = new Array<LayerReport | undefined>(layers.length);
  const malware = new Array<MalwareReport | undefined>(layers.length);
  const progress = trackProgress(layers, kinds, onProgress);
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  let next = 0;
  const takeLayers = async () => {
    for (let index = next++; index < layers.length; index = next++) {
      const layer = layers[index];
      if (!layer) return;
      const reports = await getLayerReports(layer, wanted, progress.of(index), either);
      content[index] = reports.content;
      malware[index] = reports.malware;
      progress.end(index);
    }
  };
  try {
    await Promise.all(Array.from({ length: LAYERS_AT_ONCE }, takeLayers));
  } catch (error) {
    failed.abort(error);
    throw error;
  }
  return { content: allOrNone(content), malware: allOrNone(malware) };
}

/** Their places tell which layer lies on which: a list with gaps would mislead. */
const allOrNone = <Report>(reports: readonly (Report | undefined)[]): readonly Report[] => {
  const present = reports.filter((report) => report !== undefined);
  return present.length === reports.length ? present : [];
};

function trackProgress(
  layers: ImageSource['layers'],
  kinds: readonly ScanKind[],
  onProgress: (progress: ScanProgress) => void,
) {
  const bytesTotal = layers.reduce((sum, { size }) => sum + size, 0);
  const done = { content: layers.map(() => 0), malware: layers.map(() => 0) };
  const sum = (bytes: readonly number[]) => bytes.reduce((total, each) => total + each, 0);
  const bytesOf = (kind: ScanKind) => (kind === 'malware' ? done.malware : done.content);
  const leastOf = (index: number) => Math.min(...kinds.map((kind) => bytesOf(kind)[index] ?? 0));
  let layersDone = 0;
  const report = () => {
    const perLayer = layers.map(({ digest, size }, index) => ({ digest, size, bytesDone: leastOf(index) }));
    onProgress({
      bytesDone: sum(perLayer.map(({ bytesDone }) => bytesDone)),
      bytesTotal,
      layersDone,
      layersTotal: layers.length,
      kinds: Object.fromEntries(kinds.map((kind) => [kind, sum(bytesOf(kind))])),
      layers: perLayer,
    });
  };
  const move = (
    index: number,
    names: readonly (keyof WalkedReports)[],
    to: (bytes: number, size: number) => number,
  ) => {
    const size = layers[index]?.size ?? 0;
    for (const name of names) done[name][index] = Math.min(to(done[name][index] ?? 0, size), size);
  };
  return {
    of:
      (index: number): OnLayerBytes =>
      (bytes, walked) => {
        move(index, reportsOf(walked, false), (_, size) => size);
        move(index, reportsOf(walked, true), (before) => before + bytes);
        report();
      },
    end: (index: number) => {
      layersDone++;
      move(index, ['content', 'malware'], (_, size) => size);
      report();
    },
  };
}

const reportsOf = (walked: WalkedReports, value: boolean) =>
  (['content', 'malware'] as const).filter((name) => walked[name] === value);
