import type { Digest } from '../../src/model/digest.ts';
import type { LayerReport } from '../../src/model/layer-report.ts';

/** Digest of the n-th of `sampleLayerReports`. */
export const layerDigest = (at: number): Digest => `sha256:${String(at).repeat(64).slice(0, 64)}`;

/** Reports of layers that hold nothing but these parts, base first. */
export const sampleLayerReports = (...layers: readonly Partial<LayerReport>[]): readonly LayerReport[] =>
  layers.map((parts, at) => ({
    digest: layerDigest(at),
    diffId: layerDigest(at),
    files: {},
    removed: [],
    directories: [],
    emptied: [],
    secrets: [],
    settings: [],
    problems: [],
    compressedBytes: 0,
    uncompressedBytes: 0,
    entries: 0,
    ...parts,
  }));
