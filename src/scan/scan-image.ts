import type { Digest } from '../model/digest.ts';
import type { Image } from '../model/image.ts';
import { notScanned, type ScanKind, type Summary } from '../model/scan.ts';
import { MAX_CONFIG_BYTES, parseConfig } from '../oci/parse-config.ts';
import { readSmallBlob } from '../registries/read-small-blob.ts';
import type { RegistryClient } from '../registries/registry-client.ts';
import type { Artifact, Store } from '../store/store.ts';
import type { ImageLimits } from './image-limits.ts';
import type { ImageSource } from './image-source.ts';
import { type ScanContentDeps, type ScannedContent, scanContent } from './scan-content.ts';
import type { ScanProgress } from './scan-report.ts';
import { summarise } from './summarise.ts';
import { summariseMalware } from './summarise-malware.ts';
import { summariseRisks } from './summarise-risks.ts';
import { withinImageLimits } from './within-image-limits.ts';

export interface ScanImageDeps extends ScanContentDeps {
  readonly store: Pick<Store, 'inventories'>;
  readonly limits: ImageLimits;
  readonly now: () => Date;
}

/**
 * Scans one row of the list for some kinds: layers → what is in them → summary → saved, for every row that lists the same
 * artifact. Throws AppError when the image cannot be read; nothing has been saved then.
 */
export async function scanImage(
  image: Image,
  artifact: Artifact,
  kinds: readonly ScanKind[],
  client: RegistryClient,
  deps: ScanImageDeps,
  onProgress: (progress: ScanProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const source = registrySource(client, image.repository, artifact);
  const getLayerReports = withinImageLimits(deps.getLayerReports, deps.limits);
  const scanned = await scanContent(source, kinds, { ...deps, getLayerReports }, onProgress, signal);
  signal.throwIfAborted();
  const { vulnerability, malware, risk } = scanned;
  const found = {
    artifactId: artifact.id,
    summary: summariseScan(scanned, artifact.os, deps.now()),
    ...(malware ? { malware: malware.files } : {}),
    ...(risk ? { risks: risk.risks } : {}),
  };
  await deps.store.inventories.saveScan(
    vulnerability
      ? { ...found, ...vulnerability.result, inventory: vulnerability.inventory, advisorySnapshot: vulnerability.key }
      : found,
  );
}

function summariseScan({ vulnerability, malware, risk }: ScannedContent, os: string, scannedAt: Date): Summary {
  const nothing: Summary = {
    vulnerability: notScanned,
    malware: notScanned,
    risk: notScanned,
    scannedAt,
    osName: os,
    detail: '',
  };
  return {
    ...(vulnerability ? summarise(vulnerability.inventory, vulnerability.result, os, scannedAt) : nothing),
    ...(malware ? summariseMalware(malware) : {}),
    ...(risk ? summariseRisks(risk) : {}),
  };
}

/** The config and the layers of an artifact, read from one of the repositories that list it. */
export function registrySource(
  client: RegistryClient,
  repository: string,
  artifact: {
    readonly imageId: Digest;
    readonly layers: readonly { readonly digest: Digest; readonly size: number; readonly diffId?: Digest }[];
  },
): ImageSource {
  return {
    config: async (signal) => {
      const body = await readSmallBlob(client, repository, artifact.imageId, MAX_CONFIG_BYTES, signal);
      return parseConfig(body, `config ${artifact.imageId} of ${repository}`);
    },
    layers: artifact.layers.map((layer) => ({
      digest: layer.digest,
      size: layer.size,
      ...(layer.diffId ? { diffId: layer.diffId } : {}),
      ownsChunks: true,
      open: async (signal) => (await client.blob(repository, layer.digest, signal)).stream,
    })),
  };
}
