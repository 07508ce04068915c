import type { Digest } from '../model/digest.ts';
import type { Image } from '../model/image.ts';
import type { RegistryClient } from '../registries/registry-client.ts';
import type { Artifact, Store } from '../store/store.ts';
import type { GetLayerReport } from './create-layer-reports.ts';
import type { ImageSource } from './image-source.ts';
import { inspectImage } from './inspect-image.ts';
import type { MatchInventory } from './match-inventory.ts';
import type { ScanProgress } from './scan-report.ts';
import { summarise } from './summarise.ts';

export interface ScanImageDeps {
  readonly store: Pick<Store, 'inventories'>;
  readonly getLayerReport: GetLayerReport;
  readonly matchInventory: MatchInventory;
  readonly now: () => Date;
}

/**
 * Scans one row of the list: layers → inventory → vulnerabilities → summary → saved, for every row that lists the
 * same artifact. Throws AppError when the image cannot be read; nothing has been saved then.
 */
export async function scanImage(
  image: Image,
  artifact: Artifact,
  client: RegistryClient,
  deps: ScanImageDeps,
  onProgress: (progress: ScanProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const source = registrySource(client, image.repository, artifact);
  const inventory = await inspectImage(source, deps.getLayerReport, onProgress, signal);
  const { result, key } = await deps.matchInventory(inventory, signal);
  signal.throwIfAborted();
  await deps.store.inventories.saveScan({
    artifactId: artifact.id,
    inventory,
    vulnerabilities: result.vulnerabilities,
    suppressed: result.suppressed,
    summary: summarise(inventory, result, artifact.os, deps.now()),
    advisorySnapshot: key,
  });
}

/** The layers of an artifact, read from one of the repositories that list it. */
export function registrySource(
  client: RegistryClient,
  repository: string,
  artifact: {
    readonly layers: readonly { readonly digest: Digest; readonly size: number; readonly diffId?: Digest }[];
  },
): ImageSource {
  return {
    layers: artifact.layers.map((layer) => ({
      digest: layer.digest,
      size: layer.size,
      ...(layer.diffId ? { diffId: layer.diffId } : {}),
      open: async (signal) => (await client.blob(repository, layer.digest, signal)).stream,
    })),
  };
}
