import type { MalwareEngines } from '../analyzers/malware/create-malware-engines.ts';
import { squash } from '../layers/squash.ts';
import type { Inventory } from '../model/inventory.ts';
import type { ScanKind } from '../model/scan.ts';
import { assessRisks } from './assess-risks.ts';
import { collectMalware } from './collect-malware.ts';
import type { GetLayerReports } from './create-layer-reports.ts';
import { createRemovals } from './create-removals.ts';
import type { ScanThreads } from './create-scan-threads.ts';
import type { ImageSource } from './image-source.ts';
import { inspectLayers } from './inspect-layers.ts';
import type { Matched, MatchInventory } from './match-inventory.ts';
import { type ReadyEngines, readEngines } from './read-engines.ts';

import type { MalwareResult, RiskResult, ScanProgress } from './scan-report.ts';

export interface ScanContentDeps {
  readonly getLayerReports: GetLayerReports;
  readonly matchInventory: MatchInventory;
  readonly threads: Pick<ScanThreads, 'assessConfig'>;
  readonly engines: Pick<MalwareEngines, 'status'>;
}

/** What a scan found, kind by kind; absent where that kind was not looked for. */
export interface ScannedContent {
  readonly vulnerability?: Matched & { readonly inventory: Inventory };
  readonly risk?: RiskResult;
  readonly malware?: MalwareResult;
}

/** Layers → reports → what each kind makes of them. Throws AppError when the image cannot be read. */
export async function scanContent(
  source: ImageSource,
  kinds: readonly ScanKind[],
  deps: ScanContentDeps,
  onProgress: (progress: ScanProgress) => void,
  signal: AbortSignal,
): Promise<ScannedContent> {
  const wants = (kind: ScanKind) => kinds.includes(kind);
  const engines = wants('malware') ? await readEngines(deps.engines, signal) : undefined;
  const inConfig = wants('risk') ? await deps.threads.assessConfig(await source.config(signal), signal) : undefined;
  const wanted = {
    content: wants('vulnerability') || wants('risk'),
    ...(engines ? { malware: engines.fingerprint } : {}),
  };
  const { content, malware } = await inspectLayers(source, wanted, kinds, deps.getLayerReports, onProgress, signal);
  const inventory = wants('vulnerability') ? squash(content) : undefined;
  return {
    ...(inventory ? { vulnerability: { inventory, ...(await deps.matchInventory(inventory, signal)) } } : {}),
    ...(inConfig ? { risk: assessRisks(inConfig, content) } : {}),
    ...(engines
      ? { malware: withStatus(collectMalware(malware, engines.warnings, createRemovals(content)), engines) }
      : {}),
  };
}

/** An engine that could not be asked is missed, also where reports of the others were at hand. */
function withStatus(result: MalwareResult, { failures }: ReadyEngines): MalwareResult {
  const missed = failures.filter(({ engine }) => !result.failures.some((failure) => failure.engine === engine));
  return { ...result, failures: [...missed, ...result.failures] };
}
