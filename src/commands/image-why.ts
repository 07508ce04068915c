import type { Command } from 'commander';
import { causeTexts } from '../model/cause-texts.ts';
import type { CommandContext } from './command-context.ts';
import { knowsExploited } from './describe-snapshot.ts';
import { describeLayer, describeMatch, type ExplainedImage, withExplainedImage } from './explained-image.ts';
import { referenceOfImage } from './find-local-image.ts';
import { withLocalStore } from './open-local-store.ts';
import { type Fact, renderFacts } from './output/facts.ts';
import { outputOption } from './output/print-list.ts';
import { severityLine } from './output/severity-cells.ts';
import { type Column, renderTable } from './output/table.ts';
import { formatAge } from './output/units.ts';
import { type VulnerabilityReasons, whyVulnerability } from './why-vulnerability.ts';

const formats = ['table', 'json'] as const;
type WhyFormat = (typeof formats)[number];

export function defineImageWhy(parent: Command, context: CommandContext): void {
  parent
    .command('why')
    .description('explain the numbers of an image, or why one vulnerability counts in it or does not')
    .argument('<image>', 'id, digest, or reference such as team/app:1.2')
    .argument('[vulnerability]', 'CVE, or the id of an advisory')
    .addOption(outputOption(formats))
    .addHelpText(
      'after',
      `
It looks into the database and the advisories of this machine's settings; no server is asked.

Examples:
  plimsoll image why team/app:1.2
  plimsoll image why team/app:1.2 CVE-2024-5535
  plimsoll image why 17 CVE-2024-5535 -o json`,
    )
    .action((image: string, vulnerability: string | undefined, options: { readonly output: WhyFormat }) =>
      withLocalStore(context, (store) =>
        withExplainedImage(store, context.config().dataDir, image, async (explained) =>
          vulnerability === undefined
            ? printImage(context, explained, options.output)
            : printVulnerability(context, explained, vulnerability, options.output),
        ),
      ),
    );
}

function printImage(context: CommandContext, explained: ExplainedImage, format: WhyFormat): void {
  const { terminal } = context;
  if (format === 'json') {
    terminal.out(`${JSON.stringify(toDocument(explained), null, 2)}\n`);
    return;
  }
  terminal.out(renderFacts(factsOf(explained, context.now()), terminal.width));
  const table = { width: terminal.width, colors: terminal.colors };
  terminal.out(`\n${renderTable(scopeColumns, explained.scope, table)}`);
  const lines = explained.counted.flatMap(({ id, severity, affected }) =>
    affected.map((each) => ({
      id,
      severity,
      ...each,
      layer: describeLayer(each.package.layer, explained.instructions),
    })),
  );
  if (lines.length > 0) terminal.out(`\n${renderTable(findingColumns, lines, table)}`);
  if (lines.length > 0) terminal.note(`\nplimsoll image why ${explained.image.id} <vulnerability> explains one.\n`);
}

function factsOf(explained: ExplainedImage, now: Date): readonly Fact[] {
  const { image, inventory, ignored } = explained;
  const { summary } = image;
  const { cause } = summary.vulnerability;
  return [
    ['Image', `${referenceOfImage(image)} (${image.platform})`],
    ['Digest', image.digest],
    ['System', inventory.os?.name || 'none found'],
    ['Scanned', formatAge(summary.scannedAt, now)],
    ['Advisories', describeMatch(explained)],
    ['Counted', countsOf(explained)],
    ['Rule', 'each vulnerability once, whatever number of packages and advisories it is found by; unrated ones as low'],
    ...(cause ? ([['Unknown', `${causeTexts[cause].reason.en}. ${causeTexts[cause].solution.en}`]] as const) : []),
    ...(summary.detail === '' ? [] : ([['Because', summary.detail]] as const)),
    ...(ignored.length > 0 ? ([['Ignored', `${idsOf(ignored)} by rules`]] as const) : []),
    ...leftOutFacts(explained),
  ];
}

function countsOf({ image }: ExplainedImage): string {
  const { critical, high, medium, low, vulnerability } = image.summary;
  const line = severityLine({ critical, high, medium, low }, vulnerability.cause !== undefined);
  return line === '-' ? '- (unknown, which is not zero)' : line;
}

function leftOutFacts({ suppressed }: ExplainedImage): readonly Fact[] {
  const groups = Map.groupBy(suppressed, ({ reason, detail }) => (detail === '' ? reason : `${reason}: ${detail}`));
  return [...groups].map(([why, list]) => ['Left out', `${idsOf(list.map((each) => each.vulnerability))} (${why})`]);
}

const IDS_SHOWN = 5;

function idsOf(vulnerabilities: readonly { readonly id: string }[]): string {
  const ids = [...new Set(vulnerabilities.map(({ id }) => id))];
  const more = ids.length > IDS_SHOWN ? ` and ${ids.length - IDS_SHOWN} more` : '';
  return `${ids.slice(0, IDS_SHOWN).join(', ')}${more}`;
}

const scopeColumns: readonly Column<ExplainedImage['scope'][number]>[] = [
  { title: 'ECOSYSTEM', text: ({ ecosystem }) => ecosystem },
  { title: 'PACKAGES', text: ({ packages }) => String(packages), align: 'right' },
  {
    title: 'LOOKED UP IN',
    text: ({ namespaces }) =>
      namespaces.map(({ name, covered }) => (covered ? name : `${name} (no advisories here)`)).join(', ') ||
      '- (nobody publishes advisories for it)',
    paint: (cell, { namespaces }, colors) => (namespaces.some(({ covered }) => covered) ? cell : colors.yellow(cell)),
    shrinkTo: 20,
  },
];

type FindingLine = ExplainedImage['counted'][number]['affected'][number] & {
  readonly id: string;
  readonly severity: string;
  readonly layer: string;
};

const findingColumns: readonly Column<FindingLine>[] = [
  { title: 'SEVERITY', text: ({ severity }) => severity },
  { title: 'VULNERABILITY', text: ({ id }) => id },
  { title: 'PACKAGE', text: ({ package: { name } }) => name, shrinkTo: 12 },
  { title: 'INSTALLED', text: ({ package: { version } }) => version, shrinkTo: 12 },
  { title: 'FIXED IN', text: ({ fixedVersion, status }) => fixedVersion ?? status ?? '-', shrinkTo: 12 },
  { title: 'ADVISORY', text: ({ advisoryId }) => advisoryId, shrinkTo: 12, leaves: 3 },
  { title: 'PATH', text: ({ package: { path } }) => path, shrinkTo: 12, keep: 'end', leaves: 2 },
  { title: 'LAYER', text: ({ layer }) => layer, shrinkTo: 20, leaves: 1 },
];

const verdictWords: Readonly<Record<VulnerabilityReasons['verdict'], string>> = {
  counted: 'It counts',
  ignored: 'It is there, and does not count',
  suppressed: 'It does not count',
  'not-counted': 'It does not count',
};

function printVulnerability(context: CommandContext, explained: ExplainedImage, id: string, format: WhyFormat): void {
  const { terminal } = context;
  const why = whyVulnerability(explained, id);
  if (format === 'json') {
    const { image, match } = explained;
    const document = { image: imageOf(image), advisories: match, ...why };
    terminal.out(`${JSON.stringify(document, null, 2)}\n`);
    return;
  }
  const facts: readonly Fact[] = [
    ['Image', `${referenceOfImage(explained.image)} (${explained.image.platform})`],
    ['Concerns', `${why.id}${why.title === '' ? '' : `: ${why.title}`}`],
    ['Verdict', verdictWords[why.verdict]],
    ...why.reasons.map((reason): Fact => ['Because', reason]),
    ...(why.severity ? ([['Severity', `${why.severity}, from ${why.severityFrom}`]] as const) : []),
    ...(why.severity ? ([['Exploited', exploitation(why, explained)]] as const) : []),
    ['Advisories', describeMatch(explained)],
  ];
  terminal.out(renderFacts(facts, terminal.width));
  for (const each of why.packages) {
    const found: readonly Fact[] = [
      ['Package', `${each.name} ${each.version} (${each.ecosystem})`],
      ['Looked up', each.lookup || '- (the advisories that decided are not kept any more)'],
      ['Advisory', `${each.advisory}: ${each.verdict}`],
      ['Range', each.ranges || '-'],
      ['Fixed in', each.fixedVersion || '-'],
      ['Path', each.path],
      ['Layer', each.layer],
    ];
    terminal.out(`\n${renderFacts(found, terminal.width)}`);
  }
}

function exploitation(
  { exploited, exploitPublic, epss }: VulnerabilityReasons,
  { advisories }: ExplainedImage,
): string {
  const hasCatalogue = advisories && knowsExploited(advisories.snapshot);
  const notListed = hasCatalogue ? "not in CISA's catalogue" : "unknown, for want of CISA's catalogue";
  const known = exploited ? 'known to be exploited (CISA)' : notListed;
  const ways = exploitPublic ? ', a way to do it is public' : '';
  const chance = epss ? `, EPSS ${epss.probability.toFixed(3)}` : ', EPSS unknown';
  return `${known}${ways}${chance}`;
}

const imageOf = (image: ExplainedImage['image']) => ({
  id: image.id,
  reference: referenceOfImage(image),
  digest: image.digest,
  imageId: image.imageId,
  platform: image.platform,
  registry: image.registryName,
});

/** For `-o json`: what is unknown is absent. */
function toDocument(explained: ExplainedImage) {
  const { image, inventory, counted, ignored, suppressed, scope, match, instructions } = explained;
  const { critical, high, medium, low, vulnerabilities, vulnerability, detail, scannedAt } = image.summary;
  return {
    image: imageOf(image),
    system: inventory.os,
    scannedAt,
    advisories: match,
    state: vulnerability,
    detail,
    counts: { vulnerabilities, critical, high, medium, low },
    packages: inventory.packages.length,
    scope,
    counted: counted.map(({ id, severity, affected }) => ({
      id,
      severity,
      affected: affected.map((each) => ({ ...each, instruction: instructions.get(each.package.layer) })),
    })),
    ignored: ignored.map(({ id, severity }) => ({ id, severity })),
    suppressed: suppressed.map(({ vulnerability: { id, severity }, reason, detail: by }) => ({
      id,
      severity,
      reason,
      detail: by,
    })),
  };
}
