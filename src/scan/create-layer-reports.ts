import { malwareFingerprint } from '../analyzers/malware/malware-fingerprint.ts';
import type { LayerLimits } from '../layers/layer-entry.ts';
import { AppError, causeOf } from '../model/app-error.ts';
import type { Cause } from '../model/cause.ts';
import type { LayerReport } from '../model/layer-report.ts';
import type { MalwareReport } from '../model/malware-file.ts';
import type { LayerReportStore, MalwareReportStore } from '../store/store.ts';
import type { ScanThreads } from './create-scan-threads.ts';
import type { Turns } from './create-turns.ts';
import type { LayerSource } from './image-source.ts';
import { unreadLayer } from './unread-layer.ts';

/** What somebody wants to know of a layer. */
export interface WantedReports {
  /** Packages, settings and secrets. */
  readonly content: boolean;
  /** Malware, as the engines of this fingerprint see it; '' is that of no report that was kept. */
  readonly malware?: string;
}

/** What was wanted; the content also unasked where it is stored, since it tells which files later layers remove. */
export interface LayerReports {
  readonly content?: LayerReport;
  readonly malware?: MalwareReport;
  /** Large files in which something may be found, and that have to be fetched again for it. */
  readonly left?: readonly string[];
}

/** Which reports a walk is made for. */
export interface WalkedReports {
  readonly content: boolean;
  readonly malware: boolean;
}

/** Compressed bytes that a walk for these reports has taken; what it is not made for was found stored. */
export type OnLayerBytes = (bytes: number, walked: WalkedReports) => void;

/** Gives the reports of a layer: the stored ones, and of what is missing one fresh walk that is stored; whoever shares the layer. */
export type GetLayerReports = (
  layer: LayerSource,
  wanted: WantedReports,
  onBytes: OnLayerBytes,
  signal: AbortSignal,
) => Promise<LayerReports>;

export interface LayerReportsDeps {
  readonly threads: ScanThreads;
  readonly stored: { readonly content: LayerReportStore; readonly malware: MalwareReportStore };
  /** Everything that looks at content, by name and version: with the layer's digest, the key of a report. */
  readonly fingerprint: string;
  readonly limits: LayerLimits;
  /** Where several processes share the store: a layer is walked by one of them, and the others read what it found. */
  readonly turns?: Turns;
}

export function createLayerReports({ threads, stored, fingerprint, limits, turns }: LayerReportsDeps): GetLayerReports {
  // Where a limit was hit the report is another one when the limit is.
  const limited = limitedFingerprint(fingerprint, limits);
  const underWay = new Map<string, Promise<LayerReports>>();

  const readStored = async ({ digest }: LayerSource, wanted: WantedReports): Promise<LayerReports> => {
    const content = (await stored.content.get(digest, fingerprint)) ?? (await stored.content.get(digest, limited));
    const malware = wanted.malware ? await stored.malware.get(digest, malwareKey(wanted.malware)) : undefined;
    return { ...(content ? { content } : {}), ...(malware ? { malware } : {}) };
  };

  const walk = async (layer: LayerSource, walked: WalkedReports, onBytes: OnLayerBytes, signal: AbortSignal) => {
    try {
      const { left, ...reports } = await threads.analyzeLayer(
        layer,
        { ...walked, limits },
        (bytes) => onBytes(bytes, walked),
        signal,
      );
      return left ? { ...reports, malware: await lookAgain(layer, left, reports.malware, signal) } : reports;
    } catch (error) {
      // What is known otherwise stays known: only this kind of scan fails.
      if (walked.content || signal.aborted || !(error instanceof AppError) || error.retryAt) throw error;
      return unreadLayer(layer, walked, error);
    }
  };

  /** Few layers have such a file: what would keep it at hand for all others costs more. */
  const lookAgain = async (
    layer: LayerSource,
    only: readonly string[],
    first: MalwareReport | undefined,
    signal: AbortSignal,
  ): Promise<MalwareReport> => {
    const walked = { content: false, malware: true };
    const { malware: second } = await threads
      .analyzeLayer(layer, { ...walked, limits, only }, () => undefined, signal)
      .catch((error: unknown) => {
        if (signal.aborted || !(error instanceof AppError) || error.retryAt) throw error;
        return unreadLayer(layer, walked, error);
      });
    if (!first || !second) throw new AppError('internal-error', `no malware report was made of layer ${layer.digest}`);
    // What of the layer cannot be read is told by both.
    const told = new Set(first.failures.map(({ message }) => message));
    const failures = [...first.failures, ...second.failures.filter(({ message }) => !told.has(message))];
    return { ...first, files: [...first.files, ...second.files], failures };
  };

  const find: GetLayerReports = async (layer, wanted, onBytes, signal) => {
    const known = await readStored(layer, wanted);
    if (!isMissing(known, wanted)) return known;
    if (!turns) return walkMissing(layer, known, wanted, onBytes, signal);
    const endTurn = await turns.take(`layer ${layer.digest}`, signal);
    try {
      const meanwhile = await readStored(layer, wanted);
      return isMissing(meanwhile, wanted) ? await walkMissing(layer, meanwhile, wanted, onBytes, signal) : meanwhile;
    } finally {
      await endTurn();
    }
  };

  const walkMissing = async (
    layer: LayerSource,
    known: LayerReports,
    wanted: WantedReports,
    onBytes: OnLayerBytes,
    signal: AbortSignal,
  ): Promise<LayerReports> => {
    const missing = whatIsMissing(known, wanted);
    const { content, malware } = await walk(layer, missing, onBytes, signal);
    // Bytes that were not checked against the digest say nothing about the layer that others know by it.
    if (content && !content.unverified) await stored.content.put(content, isLimited(content) ? limited : fingerprint);
    const sound = malware && withoutFailed(malware);
    const engines = sound ? malwareFingerprint(sound.engines) : '';
    if (sound && engines && !content?.unverified) await stored.malware.put(sound, malwareKey(engines));
    return { ...known, ...(content ? { content } : {}), ...(malware ? { malware } : {}) };
  };

  const get: GetLayerReports = async (layer, wanted, onBytes, signal) => {
    const key = `${layer.digest} ${wanted.content} ${wanted.malware ?? ''}`;
    const shared = underWay.get(key);
    if (shared) {
      const reports = await waitFor(shared, signal);
      // Whoever walked it was stopped, or its registry failed it: walk it ourselves.
      const usable = reports && !reports.content?.unverified;
      return usable ? checked(reports, layer) : get(layer, wanted, onBytes, signal);
    }
    const finding = find(layer, wanted, onBytes, signal);
    underWay.set(key, finding);
    try {
      return checked(await finding, layer);
    } finally {
      underWay.delete(key);
    }
  };
  return get;
}

/** Of a report that a limit cut short. */
export const limitedFingerprint = (fingerprint: string, limits: LayerLimits): string =>
  `${fingerprint} within ${Object.values(limits).join(' ')}`;

const whatIsMissing = (known: LayerReports, wanted: WantedReports): WalkedReports => ({
  content: wanted.content && !known.content,
  malware: wanted.malware !== undefined && !known.malware,
});

const isMissing = (known: LayerReports, wanted: WantedReports): boolean => {
  const { content, malware } = whatIsMissing(known, wanted);
  return content || malware;
};

export const malwareKey = (engines: string): string => `malware ${engines}`;

const isLimited = ({ problems }: LayerReport) => problems.some(({ cause }) => cause === 'limit-exceeded');

/** What the engines that worked to the end found, for whoever asks them alone; undefined when none did. */
function withoutFailed(report: MalwareReport): MalwareReport | undefined {
  const failed = new Set(report.failures.map(({ engine }) => engine));
  const engines = report.engines.filter(({ name }) => !failed.has(name));
  if (engines.length === 0 || report.failures.some(({ engine }) => engine === 'layer')) return undefined;
  return { ...report, engines, files: report.files.filter(({ engine }) => !failed.has(engine)), failures: [] };
}

/** The config names what each layer unpacks to; a registry that delivers something else must not be believed. */
function checked(reports: LayerReports, layer: LayerSource): LayerReports {
  const diffId = reports.content?.diffId;
  if (layer.diffId && diffId && layer.diffId !== diffId) {
    throw new AppError(
      'blob-corrupt',
      `layer ${layer.digest} unpacks to ${diffId}, but the image config says ${layer.diffId}: the manifest and the config do not belong together`,
    );
  }
  return reports;
}

/** What is wrong with the content is wrong for everybody. */
const contentCauses: readonly Cause[] = ['layer-corrupt', 'limit-exceeded'];

/** The reports, or undefined when the walk we wait for failed for reasons of its own; throws when `signal` fires first. */
function waitFor(walking: Promise<LayerReports>, signal: AbortSignal): Promise<LayerReports | undefined> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    walking
      .then(resolve, (error: unknown) => (contentCauses.includes(causeOf(error)) ? reject(error) : resolve(undefined)))
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}
