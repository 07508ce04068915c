import { createMalwareEngines } from '../analyzers/malware/create-malware-engines.ts';
import { createSecretFinder } from '../analyzers/secrets/create-secret-finder.ts';
import type { Config } from '../config/load-config.ts';
import { malwareOptions } from '../config/malware-options.ts';
import { readAllowRules } from '../config/read-allow-rules.ts';
import { registryLimits } from '../config/registry-limits.ts';
import { layerLimits } from '../config/scan-limits.ts';
import type { ScanKind } from '../model/scan.ts';
import { contentFingerprint } from '../scan/content-fingerprint.ts';
import { limitedFingerprint, malwareKey } from '../scan/create-layer-reports.ts';
import { estimateScan, type RegistryEstimate, type ScanEstimate } from '../scan/estimate-scan.ts';
import { readEngines } from '../scan/read-engines.ts';
import type { ImageSelection } from '../store/image-query.ts';
import type { CommandContext } from './command-context.ts';
import { withLocalStore } from './open-local-store.ts';
import { countOf } from './output/count-of.ts';
import { printList } from './output/print-list.ts';
import type { Column } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { formatBytes, formatShare } from './output/units.ts';

export const estimateFormats = ['table', 'json'] as const;

const TIME_MS = 20_000;

export interface EstimateRequest {
  readonly selection: (store: Parameters<Parameters<typeof withLocalStore>[1]>[0]) => Promise<ImageSelection>;
  readonly kinds: readonly ScanKind[];
  readonly output: (typeof estimateFormats)[number];
}

/** Prints what a scan would cost, from the database of this machine's settings; no registry and no server is asked. */
export async function estimateTask(context: CommandContext, request: EstimateRequest): Promise<void> {
  const config = context.config();
  const fingerprints = await currentFingerprints(config, request.kinds, context.signal);
  const estimate = await withLocalStore(context, async (store) =>
    estimateScan(store, await request.selection(store), {
      kinds: request.kinds,
      fingerprints,
      limits: { layerBytes: config.maxLayerBytes, imageBytes: config.maxImageBytes },
      defaults: registryLimits(config),
      timeMs: TIME_MS,
    }),
  );
  if (request.output === 'json') return context.terminal.out(`${JSON.stringify(estimate, null, 2)}\n`);
  printEstimate(context.terminal, estimate);
}

/** What this version, with these settings, would look for: reports of another one would not be used. */
async function currentFingerprints(config: Config, kinds: readonly ScanKind[], signal: AbortSignal) {
  const content = contentFingerprint(createSecretFinder({ allow: await readAllowRules(config.secretAllow) }));
  const both = [content, limitedFingerprint(content, layerLimits(config))];
  if (!kinds.includes('malware')) return { content: both, malware: [] };
  const engines = createMalwareEngines(malwareOptions(config));
  try {
    const { fingerprint } = await readEngines(engines, signal);
    return { content: both, malware: fingerprint === '' ? [] : [malwareKey(fingerprint)] };
  } finally {
    await engines.close();
  }
}

function printEstimate(
  terminal: Terminal,
  { exact, artifacts, artifactsRead, registries, skipped }: ScanEstimate,
): void {
  const most = exact ? '' : 'at most ';
  printList<RegistryEstimate>(terminal, 'table', {
    rows: registries.length > 1 ? [...registries, sumOf(registries)] : registries,
    columns: columnsOf(most),
    name: ({ registry }) => registry,
    json: (row) => row,
    empty: 'There is nothing to scan. Only authorised images are scanned: `plimsoll image authorize`.',
  });
  const notes = [
    exact
      ? ''
      : `Read ${artifactsRead} of ${countOf(artifacts, 'different image')} in the time; the rest is taken to be like them, so it may be less.`,
    skipped.layersKnown > 0 ? `${countOf(skipped.layersKnown, 'layer')} known already.` : '',
    skipped.imagesNotAuthorized > 0 ? `${countOf(skipped.imagesNotAuthorized, 'image')} skipped: not authorised.` : '',
    skipped.imagesBusy > 0
      ? `${countOf(skipped.imagesBusy, 'image')} skipped: another task is about to scan them.`
      : '',
    skipped.layersTooLarge > 0
      ? `${countOf(skipped.layersTooLarge, 'layer')} not read, or not to the end: PLIMSOLL_MAX_LAYER_BYTES, PLIMSOLL_MAX_IMAGE_BYTES.`
      : '',
    registries.some(({ minutes }) => minutes === undefined)
      ? 'Minutes are unknown (-) until something has been fetched from a registry.'
      : '',
  ];
  for (const note of notes) if (note !== '') terminal.note(`${note}\n`);
}

/** One process works on one after the other. */
function sumOf(registries: readonly RegistryEstimate[]): RegistryEstimate {
  const sum = (of: (each: RegistryEstimate) => number) => registries.reduce((total, each) => total + of(each), 0);
  return {
    registry: 'all',
    images: sum(({ images }) => images),
    layers: sum(({ layers }) => layers),
    bytes: sum(({ bytes }) => bytes),
    requests: sum(({ requests }) => requests),
    ...(registries.some(({ minutes }) => minutes === undefined) ? {} : { minutes: sum(({ minutes }) => minutes ?? 0) }),
  };
}

const columnsOf = (most: string): readonly Column<RegistryEstimate>[] => [
  { title: 'REGISTRY', text: ({ registry }) => registry, shrinkTo: 10 },
  { title: 'IMAGES', text: ({ images }) => String(images), align: 'right' },
  { title: 'LAYERS', text: ({ layers }) => `${most}${layers}`, align: 'right' },
  { title: 'TO FETCH', text: ({ bytes }) => `${most}${formatBytes(bytes)}`, align: 'right' },
  { title: 'REQUESTS', text: ({ requests }) => `${most}${requests}`, align: 'right' },
  { title: 'MINUTES', text: ({ minutes }) => minutesText(minutes), align: 'right' },
  { title: 'OF THE LIMIT', text: ({ shareOfLimit }) => formatShare(shareOfLimit), align: 'right', leaves: 1 },
  { title: 'LEFT NOW', text: ({ requestsLeft }) => String(requestsLeft ?? '-'), align: 'right', leaves: 2 },
];

function minutesText(minutes: number | undefined): string {
  if (minutes === undefined) return '-';
  return minutes < 1 && minutes > 0 ? '< 1' : String(Math.ceil(minutes));
}
