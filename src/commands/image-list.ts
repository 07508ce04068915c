import { type Command, InvalidArgumentError, Option } from 'commander';
import { ImageList } from './api-answers.ts';
import type { CommandContext } from './command-context.ts';
import { type Api, connectApi } from './connect-api.ts';
import { containing, exactly, referenceOf } from './find-image.ts';
import { findRegistries } from './find-registry.ts';
import { ambiguousReferences, explainUnknowns, imageColumns, imageCsvColumns } from './image-columns.ts';
import { countOf } from './output/count-of.ts';
import { type ListFormat, outputOption, printList } from './output/print-list.ts';
import { wrap } from './output/wrap.ts';
import { readPages } from './read-pages.ts';

interface ListOptions {
  readonly output: ListFormat;
  readonly registry?: string | undefined;
  readonly name?: string;
  readonly namespace?: string;
  readonly tag?: string;
  readonly status?: string;
  readonly severity?: string;
  readonly package?: string;
  readonly latest?: true;
  readonly running?: true;
  readonly needsFix?: true;
  readonly sort: string;
  readonly order: string;
  readonly limit: number;
  readonly all?: true;
}

const statuses = ['not-scanned', 'scanning', 'scanned', 'failed', 'canceled'] as const;
const statusValues: Readonly<Record<string, string>> = {
  'not-scanned': 'NOT_SCAN',
  scanning: 'SCANNING',
  scanned: 'SCANNED',
  failed: 'SCAN_ERR',
  canceled: 'CANCELED',
};
const riskValues: Readonly<Record<string, string>> = {
  critical: 'CriticalLevelVul',
  high: 'HighLevelVul',
  medium: 'MediumLevelVul',
  low: 'LowLevelVul',
};
const sortKeys: Readonly<Record<string, string>> = {
  created: 'ImageCreateTime',
  scanned: 'ScanTime',
  size: 'ImageSize',
  vulnerabilities: 'VulCount',
  packages: 'ComponentCount',
  id: 'Id',
};

export function defineImageList(parent: Command, context: CommandContext): void {
  parent
    .command('list')
    .description('list images with what is known about their safety')
    .addOption(outputOption())
    .option('--registry <name>', 'only of this registry (name or id)')
    .option('--name <text>', 'name contains')
    .option('--namespace <text>', 'namespace contains')
    .option('--tag <text>', 'tag contains')
    .option('--package <name>', 'contains a package of this name')
    .addOption(new Option('--status <status>', 'scan status; failed: every kind of scan failed').choices(statuses))
    .addOption(
      new Option('--severity <severity>', 'has a vulnerability of this severity').choices(Object.keys(riskValues)),
    )
    .option('--needs-fix', 'only images that have something to fix')
    .option('--latest', 'only the newest image of each repository')
    .option('--running', 'only images in use by running containers')
    .addOption(new Option('--sort <key>', 'order by').choices(Object.keys(sortKeys)).default('created'))
    .addOption(new Option('--order <direction>', 'direction').choices(['asc', 'desc']).default('desc'))
    .option('--limit <count>', 'at most so many', positive, 50)
    .option('--all', 'no limit')
    .addHelpText(
      'after',
      `
Severities are counted as C critical, H high, M medium, L low. A dash is unknown, which is not zero; the reason is below the list.

Examples:
  plimsoll image list --latest --severity critical
  plimsoll image list --package log4j --all -o csv > log4j.csv
  plimsoll image list --needs-fix -o name`,
    )
    .action((options: ListOptions) => listImages(context, options));
}

async function listImages(context: CommandContext, options: ListOptions): Promise<void> {
  const api = await connectApi(context);
  const [registry] = options.registry ? await findRegistries(api, [options.registry]) : [];
  const query = {
    Filters: [...filtersOf({ ...options, registry: registry?.Name }), ...riskFiltersOf(options)],
    By: sortKeys[options.sort],
    Order: options.order,
    OnlyShowLatest: options.latest === true,
    ...(options.running ? { IsRunning: true } : {}),
  };
  const read = (page: object) => api.call('DescribeAssetImageRegistryList', { ...query, ...page }, ImageList);
  const { rows, total } = await readPages(read, options.all ? Number.POSITIVE_INFINITY : options.limit);

  const ambiguous = ambiguousReferences(rows);
  printList(context.terminal, options.output, {
    rows,
    columns: imageColumns(rows, context.now()),
    csvColumns: imageCsvColumns,
    name: (row) => (ambiguous.has(referenceOf(row)) ? `${referenceOf(row)}@${row.ImageDigest}` : referenceOf(row)),
    json: (row) => row,
    empty: emptyText(query.Filters.length > 0 || options.latest === true, options.running === true),
  });
  if (options.output !== 'table' && options.output !== 'wide') return;
  if (riskFiltersOf(options).length > 0)
    await noteUnjudged(context, api, query, filtersOf({ ...options, registry: registry?.Name }));
  const unknowns = explainUnknowns(rows, context.terminal.width);
  if (unknowns) context.terminal.note(`\n${unknowns}\n`);
  if (rows.length < total) context.terminal.note(`\n${rows.length} of ${total} images; --limit or --all shows more.\n`);
}

function emptyText(restricted: boolean, running: boolean): string {
  if (running) return 'No image is known to run: this server has no source of running containers, so it cannot know.';
  if (restricted) return 'No image matches. Fewer conditions show more; `plimsoll image list` shows all.';
  return 'No images yet. Connect a registry (plimsoll registry add) and sync it (plimsoll registry sync --all --wait).';
}

function filtersOf(options: ListOptions): readonly object[] {
  const filters: object[] = [];
  if (options.registry) filters.push(exactly('InstanceName', options.registry));
  if (options.name) filters.push(containing('ImageName', options.name));
  if (options.namespace) filters.push(containing('Namespace', options.namespace));
  if (options.tag) filters.push(containing('ImageTag', options.tag));
  if (options.package) filters.push(exactly('ComponentName', options.package));
  if (options.status) filters.push(exactly('ScanStatus', statusValues[options.status] ?? ''));
  return filters;
}

/** What only an image that has been judged can match. */
function riskFiltersOf(options: ListOptions): readonly object[] {
  return [
    ...(options.severity ? [exactly('SecurityRisk', riskValues[options.severity] ?? '')] : []),
    ...(options.needsFix ? [exactly('HasNeedFixVul', 'true')] : []),
  ];
}

/** Without a result, an image may have anything: it must not seem to be without. */
async function noteUnjudged(context: CommandContext, api: Api, query: object, filters: readonly object[]) {
  const unjudged = { Name: 'CveStatus', Values: ['NOT_SCAN', 'SCAN_ERR', 'CANCELED'], ExactMatch: true };
  const page = { ...query, Filters: [...filters, unjudged], Limit: 0 };
  const { TotalCount: count } = await api.call('DescribeAssetImageRegistryList', page, ImageList);
  if (count === 0) return;
  const text = `${countOf(count, 'more image')} may have it: not scanned, or nobody can say. See --status not-scanned, failed or canceled.`;
  context.terminal.note(`\n${wrap(text, context.terminal.width ?? Number.POSITIVE_INFINITY, '  ')}\n`);
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('Write a whole number above zero.');
  return value;
}
