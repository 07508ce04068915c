import type { LayerLimits } from '../layers/layer-entry.ts';
import { AppError, causeOf } from '../model/app-error.ts';
import type { Cause } from '../model/cause.ts';
import type { LayerReport } from '../model/layer-report.ts';
import type { LayerReportStore } from '../store/store.ts';
import type { ScanThreads } from './create-scan-threads.ts';
import type { LayerSource } from './image-source.ts';

/** Gives the report of a layer: the stored one, or a fresh walk that is stored; whoever shares the layer. */
export type GetLayerReport = (
  layer: LayerSource,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
) => Promise<LayerReport>;

export interface LayerReportsDeps {
  readonly threads: ScanThreads;
  readonly stored: LayerReportStore;
  /** Names and versions of the analyzers: with the layer's digest, the key of a report. */
  readonly fingerprint: string;
  readonly limits: LayerLimits;
}

export function createLayerReports({ threads, stored, fingerprint, limits }: LayerReportsDeps): GetLayerReport {
  // Where a limit was hit the report is another one when the limit is.
  const limited = `${fingerprint} within ${Object.values(limits).join(' ')}`;
  const underWay = new Map<string, Promise<LayerReport>>();

  const find = async (
    layer: LayerSource,
    onBytes: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<LayerReport> => {
    const known = (await stored.get(layer.digest, fingerprint)) ?? (await stored.get(layer.digest, limited));
    if (known) return known;
    const report = await threads.analyzeLayer(layer, limits, onBytes, signal);
    // Bytes that were not checked against the digest say nothing about the layer that others know by it.
    if (!report.unverified) await stored.put(report, isLimited(report) ? limited : fingerprint);
    return report;
  };

  const get: GetLayerReport = async (layer, onBytes, signal) => {
    const shared = underWay.get(layer.digest);
    if (shared) {
      const report = await waitFor(shared, signal);
      // Whoever walked it was stopped, or its registry failed it: walk it ourselves.
      return report && !report.unverified ? checked(report, layer) : get(layer, onBytes, signal);
    }
    const finding = find(layer, onBytes, signal);
    underWay.set(layer.digest, finding);
    try {
      return checked(await finding, layer);
    } finally {
      underWay.delete(layer.digest);
    }
  };
  return get;
}

const isLimited = ({ problems }: LayerReport) => problems.some(({ cause }) => cause === 'limit-exceeded');

/** The config names what each layer unpacks to; a registry that delivers something else must not be believed. */
function checked(report: LayerReport, layer: LayerSource): LayerReport {
  if (layer.diffId && report.diffId && layer.diffId !== report.diffId) {
    throw new AppError(
      'blob-corrupt',
      `layer ${layer.digest} unpacks to ${report.diffId}, but the image config says ${layer.diffId}: the manifest and the config do not belong together`,
    );
  }
  return report;
}

/** What is wrong with the content is wrong for everybody. */
const contentCauses: readonly Cause[] = ['layer-corrupt', 'limit-exceeded'];

/** The report, or undefined when the walk we wait for failed for reasons of its own; throws when `signal` fires first. */
function waitFor(walking: Promise<LayerReport>, signal: AbortSignal): Promise<LayerReport | undefined> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    walking
      .then(resolve, (error: unknown) => (contentCauses.includes(causeOf(error)) ? reject(error) : resolve(undefined)))
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}
