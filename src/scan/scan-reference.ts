import { stat } from 'node:fs/promises';
import { analyzerFingerprint } from '../analyzers/analyzer-fingerprint.ts';
import { analyzers } from '../analyzers/packages/index.ts';
import { openArchiveImage } from '../layers/archive-image.ts';
import type { LayerLimits } from '../layers/layer-entry.ts';
import { AppError } from '../model/app-error.ts';
import type { LayerReport } from '../model/layer-report.ts';
import type { Platform } from '../oci/platform.ts';
import type { LayerReportStore } from '../store/store.ts';
import { createLayerReports } from './create-layer-reports.ts';
import type { ScanThreads } from './create-scan-threads.ts';
import type { ImageLimits } from './image-limits.ts';
import type { FoundImage } from './image-source.ts';
import { inspectImage } from './inspect-image.ts';
import type { MatchInventory } from './match-inventory.ts';
import type { ScanProgress, ScanReport } from './scan-report.ts';
import { withinImageLimits } from './within-image-limits.ts';

export interface ScanReferenceDeps {
  readonly threads: ScanThreads;
  readonly matchInventory: MatchInventory;
  readonly limits: {
    readonly layer: LayerLimits;
    readonly image: ImageLimits;
    /** Disk for a compressed archive, which has to be unpacked to be read. */
    readonly temporaryBytes: number;
  };
  /** Finds an image that is not a file or a folder: in its registry. */
  readonly findInRegistry: (
    reference: string,
    platform: Platform | undefined,
    signal: AbortSignal,
  ) => Promise<FoundImage>;
}

/** Scans one image without a server: a file or folder when `reference` names one, else a registry reference. */
export async function scanReference(
  reference: string,
  options: { readonly platform?: Platform; readonly onProgress: (progress: ScanProgress) => void },
  deps: ScanReferenceDeps,
  signal: AbortSignal,
): Promise<ScanReport> {
  const image = await find(reference, options.platform, deps, signal);
  try {
    const getLayerReport = createLayerReports({
      threads: deps.threads,
      stored: reportsInMemory(),
      fingerprint: analyzerFingerprint(analyzers),
      limits: deps.limits.layer,
    });
    const within = withinImageLimits(getLayerReport, deps.limits.image);
    const inventory = await inspectImage(image.source, within, options.onProgress, signal);
    const { result, snapshot } = await deps.matchInventory(inventory, signal);
    return {
      ...result,
      reference,
      platform: image.platform,
      ...(image.digest ? { digest: image.digest } : {}),
      imageId: image.imageId,
      inventory,
      layers: image.source.layers.map(({ digest, size }) => ({ digest, size })),
      ...(snapshot ? { snapshot } : {}),
    };
  } finally {
    await image.close();
  }
}

async function find(
  reference: string,
  platform: Platform | undefined,
  deps: ScanReferenceDeps,
  signal: AbortSignal,
): Promise<FoundImage> {
  const isPath = await stat(reference).then(
    () => true,
    () => false,
  );
  if (isPath) return openArchiveImage(reference, platform, signal, deps.limits.temporaryBytes);
  if (/^[./]|\.tar(?:\.\w+)?$/.test(reference)) {
    throw new AppError('image-not-found', `there is no file or folder ${reference}`);
  }
  return deps.findInRegistry(reference, platform, signal);
}

/** Layers of one image may repeat (an empty layer often does); beyond the scan nothing is kept. */
function reportsInMemory(): LayerReportStore {
  const reports = new Map<string, LayerReport>();
  return {
    get: async (digest) => reports.get(digest),
    put: async (report) => {
      reports.set(report.digest, report);
    },
  };
}
