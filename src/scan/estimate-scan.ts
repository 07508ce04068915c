import type { RegistryLimits } from '../model/registry-budget.ts';
import type { ScanKind } from '../model/scan.ts';
import type { ImageSelection } from '../store/image-query.ts';
import type { Traffic } from '../store/registry-traffic.ts';
import type { SelectedArtifact } from '../store/scan-estimates.ts';
import type { ArtifactLayer, Store } from '../store/store.ts';
import { type AllowedRequests, allowedRequests } from './allowed-requests.ts';
import { timeOfTransfer } from './estimate-time.ts';

/** What a scan of a registry's images would fetch. Unknown members are absent. */
export interface RegistryEstimate extends AllowedRequests {
  readonly registry: string;
  /** Authorised ones. */
  readonly images: number;
  /** Different layers that nobody has looked into yet as the scan would; one that several registries have counts once. */
  readonly layers: number;
  readonly bytes: number;
  readonly requests: number;
  /** At the speed of one process so far, and within what may be asked of the registry. */
  readonly minutes?: number;
}

export interface ScanEstimate {
  /** False: the time was up, and layers, bytes and requests of the rest are taken to be like those that were read: they may be fewer. */
  readonly exact: boolean;
  readonly artifacts: number;
  readonly artifactsRead: number;
  readonly registries: readonly RegistryEstimate[];
  readonly skipped: {
    readonly imagesNotAuthorized: number;
    readonly imagesBusy: number;
    /** Not fetched, or not to their end, because of the limits on layers and images. */
    readonly layersTooLarge: number;
    /** Of the artifacts that were read: layers that need not be fetched again. */
    readonly layersKnown: number;
  };
}

export interface EstimateOptions {
  readonly kinds: readonly ScanKind[];
  /** Of reports that would be used: of content, and of malware; empty: none would be. */
  readonly fingerprints: { readonly content: readonly string[]; readonly malware: readonly string[] };
  readonly limits: { readonly layerBytes: number; readonly imageBytes: number };
  readonly defaults: RegistryLimits;
  /** How long artifacts are read, and how many at once. */
  readonly timeMs: number;
  readonly pageSize?: number;
}

const ARTIFACTS_AT_ONCE = 2_000;
/** Memory for what has been seen: about 100 bytes each. */
const MOST_DIGESTS = 3_000_000;

/** What a scan of these images would cost; asks no registry. Its time is bounded by `timeMs` and a few counts over the images. */
export async function estimateScan(
  store: Pick<Store, 'scanEstimates' | 'budgets'>,
  selection: ImageSelection,
  options: EstimateOptions,
): Promise<ScanEstimate> {
  const { scanEstimates, budgets } = store;
  const images = await scanEstimates.images(selection);
  const read = await readArtifacts(store, selection, options);
  const artifacts = read.complete ? read.artifacts : await scanEstimates.countArtifacts(selection);
  const factor = read.artifacts === 0 ? 1 : artifacts / read.artifacts;
  const traffic = await budgets.traffic();
  const registries = [];
  for (const { registryId, registry, images: all, notAuthorized } of images) {
    const needed = read.perRegistry.get(registryId) ?? nothing();
    const cost = {
      layers: Math.round(needed.layers * factor),
      bytes: Math.round(needed.bytes * factor),
      requests: Math.round(needed.requests * factor),
    };
    const limits = { ...options.defaults, ...(await budgets.limits(registryId)) };
    const allowed = allowedRequests(cost, limits, await budgets.states(registryId));
    const { waitMs, ...shares } = allowed;
    const minutes = minutesOf(cost, traffic.get(registryId) ?? together(traffic), waitMs);
    registries.push({
      registry,
      images: all - notAuthorized,
      ...cost,
      ...(minutes === undefined ? {} : { minutes }),
      ...shares,
    });
  }
  return {
    exact: read.complete,
    artifacts,
    artifactsRead: read.artifacts,
    registries,
    skipped: {
      imagesNotAuthorized: images.reduce((sum, { notAuthorized }) => sum + notAuthorized, 0),
      imagesBusy: await scanEstimates.busyImages(selection),
      layersTooLarge: read.tooLarge,
      layersKnown: read.known,
    },
  };
}

interface Needed {
  layers: number;
  bytes: number;
  requests: number;
}
const nothing = (): Needed => ({ layers: 0, bytes: 0, requests: 0 });

async function readArtifacts(
  { scanEstimates }: Pick<Store, 'scanEstimates'>,
  selection: ImageSelection,
  options: EstimateOptions,
) {
  const seen = new Set<string>();
  const perRegistry = new Map<number, Needed>();
  const totals = { artifacts: 0, known: 0, tooLarge: 0, complete: false };
  const { pageSize = ARTIFACTS_AT_ONCE } = options;
  const end = performance.now() + options.timeMs;
  let after = 0;
  do {
    const page = await scanEstimates.artifacts(selection, after, pageSize);
    const fresh = freshLayers(page, seen, options.limits.imageBytes);
    totals.tooLarge += fresh.tooLarge;
    const known = await withoutNeed(
      scanEstimates,
      fresh.layers.map(({ layer }) => layer.digest),
      options,
    );
    for (const { registryId, layer } of fresh.layers) {
      if (known.has(layer.digest)) {
        totals.known += 1;
        continue;
      }
      if (layer.size > options.limits.layerBytes) totals.tooLarge += 1;
      add(perRegistry, registryId, { layers: 1, bytes: Math.min(layer.size, options.limits.layerBytes), requests: 1 });
    }
    // A config is read again with every scan for risks; it is small.
    if (options.kinds.includes('risk')) {
      for (const { registryId } of page) add(perRegistry, registryId, { layers: 0, bytes: 0, requests: 1 });
    }
    totals.artifacts += page.length;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) {
      totals.complete = true;
      break;
    }
    after = last.id;
  } while (performance.now() < end && seen.size < MOST_DIGESTS);
  return { ...totals, perRegistry };
}

/** Layers that were not seen before, without those beyond the limit of their image. */
function freshLayers(page: readonly SelectedArtifact[], seen: Set<string>, imageBytes: number) {
  const layers: { readonly registryId: number; readonly layer: ArtifactLayer }[] = [];
  let tooLarge = 0;
  for (const { registryId, layers: all } of page) {
    let bytes = 0;
    for (const layer of all) {
      bytes += layer.size;
      if (bytes > imageBytes) tooLarge += 1;
      if (bytes > imageBytes || seen.has(layer.digest)) continue;
      seen.add(layer.digest);
      layers.push({ registryId, layer });
    }
  }
  return { layers, tooLarge };
}

/** Digests with every report that the scan would look for. */
async function withoutNeed(
  scanEstimates: Store['scanEstimates'],
  digests: readonly string[],
  { kinds, fingerprints }: EstimateOptions,
): Promise<ReadonlySet<string>> {
  const wantsContent = kinds.includes('vulnerability') || kinds.includes('risk');
  const content = wantsContent ? await scanEstimates.withReport(digests, fingerprints.content) : new Set(digests);
  if (!kinds.includes('malware')) return content;
  const malware = await scanEstimates.withReport(digests, fingerprints.malware);
  return new Set([...content].filter((digest) => malware.has(digest)));
}

function add(perRegistry: Map<number, Needed>, registryId: number, more: Needed): void {
  const sum = perRegistry.get(registryId) ?? nothing();
  sum.layers += more.layers;
  sum.bytes += more.bytes;
  sum.requests += more.requests;
  perRegistry.set(registryId, sum);
}

function minutesOf(cost: Needed, traffic: Traffic | undefined, waitMs: number): number | undefined {
  const transfer = timeOfTransfer(cost.bytes, traffic);
  if (transfer === undefined) return undefined;
  return Math.max(transfer, waitMs) / 60_000;
}

/** Of a registry that nothing was fetched from yet, the speed of all others is the best guess. */
function together(traffic: ReadonlyMap<number, Traffic>): Traffic | undefined {
  if (traffic.size === 0) return undefined;
  const sum = { requests: 0, bytes: 0, busyMs: 0 };
  for (const each of traffic.values()) {
    sum.requests += each.requests;
    sum.bytes += each.bytes;
    sum.busyMs += each.busyMs;
  }
  return sum;
}
