import { stat } from 'node:fs/promises';
import type { MalwareEngines } from '../analyzers/malware/create-malware-engines.ts';
import type { SecretFinder } from '../analyzers/secrets/create-secret-finder.ts';
import { openArchiveImage } from '../layers/archive-image.ts';
import type { LayerLimits } from '../layers/layer-entry.ts';
import { AppError } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import type { ScanKind } from '../model/scan.ts';
import type { Platform } from '../oci/platform.ts';
import type { ReportStore } from '../store/store.ts';
import { contentFingerprint } from './content-fingerprint.ts';
import { createLayerReports } from './create-layer-reports.ts';
import type { ScanThreads } from './create-scan-threads.ts';
import type { ImageLimits } from './image-limits.ts';
import type { FoundImage } from './image-source.ts';
import type { MatchInventory } from './match-inventory.ts';
import { scanContent } from './scan-content.ts';
import type { ScanProgress, ScanReport } from './scan-report.ts';
import { withinImageLimits } from './within-image-limits.ts';

export interface ScanReferenceDeps {
  readonly threads: ScanThreads;
  readonly matchInventory: MatchInventory;
  readonly engines: Pick<MalwareEngines, 'status'>;
  /** As those of the threads. */
  readonly secrets: SecretFinder;
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
  options: {
    readonly platform?: Platform;
    readonly kinds: readonly ScanKind[];
    readonly onProgress: (progress: ScanProgress) => void;
  },
  deps: ScanReferenceDeps,
  signal: AbortSignal,
): Promise<ScanReport> {
  const image = await find(reference, options.platform, deps, signal);
  try {
    const getLayerReports = createLayerReports({
      threads: deps.threads,
      stored: { content: reportsInMemory(), malware: reportsInMemory() },
      fingerprint: contentFingerprint(deps.secrets),
      limits: deps.limits.layer,
    });
    const { vulnerability, risk, malware } = await scanContent(
      image.source,
      options.kinds,
      { ...deps, getLayerReports: withinImageLimits(getLayerReports, deps.limits.image) },
      options.onProgress,
      signal,
    );
    return {
      ...(vulnerability?.result ?? notMatched),
      reference,
      platform: image.platform,
      ...(image.digest ? { digest: image.digest } : {}),
      imageId: image.imageId,
      inventory: vulnerability?.inventory ?? { packages: [], problems: [] },
      layers: image.source.layers.map(({ digest, size }) => ({ digest, size })),
      ...(vulnerability?.snapshot ? { snapshot: vulnerability.snapshot } : {}),
      kinds: options.kinds,
      ...(risk ? { risk } : {}),
      ...(malware ? { malware } : {}),
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
function reportsInMemory<Report extends { readonly digest: Digest }>(): ReportStore<Report> {
  const reports = new Map<string, Report>();
  return {
    get: async (digest) => reports.get(digest),
    put: async (report) => {
      reports.set(report.digest, report);
    },
  };
}

const notMatched = { vulnerabilities: [], coverage: 'unknown', gaps: [], suppressed: [] } as const;
