import type { Config } from './load-config.ts';

/** The bounds on one layer, as src/layers/layer-entry.ts wants them. */
export function layerLimits(config: Config) {
  return {
    maxCompressedBytes: config.maxLayerBytes,
    maxUncompressedBytes: config.maxUnpackedBytes,
    maxEntries: config.maxEntries,
    maxRatio: config.maxRatio,
    maxPathBytes: config.maxPathBytes,
    maxFileBytes: config.maxFileBytes,
    maxNesting: config.maxNesting,
  };
}

/** The bounds on the layers of one image together, as src/scan/image-limits.ts wants them. */
export function imageLimits(config: Config) {
  return {
    maxBytes: config.maxImageBytes,
    maxUncompressedBytes: config.maxImageUnpackedBytes,
    maxEntries: config.maxImageEntries,
    maxMs: config.scanTimeoutSeconds * 1_000,
  };
}
