import type { ScanReport } from '../../src/scan/scan-report.ts';
import type { Labels } from './labelled-image.ts';

/** What was found against what there is, in one ecosystem. */
export interface Score {
  readonly ecosystem: string;
  /** What the labels name. */
  readonly labelled: number;
  readonly missing: readonly string[];
  readonly unlabelled: readonly string[];
}

/** `<ecosystem> <name> <version>` of each package, and the same with a vulnerability behind it. */
export interface Facts {
  readonly packages: ReadonlySet<string>;
  readonly findings: ReadonlySet<string>;
  readonly suppressed: ReadonlySet<string>;
}

type Identity = Pick<ScanReport['inventory']['packages'][number], 'ecosystem' | 'name' | 'version'>;
const nameOf = ({ ecosystem, name, version }: Identity) => `${ecosystem} ${name} ${version}`;

export function factsOf({ inventory, vulnerabilities, suppressed }: ScanReport): Facts {
  const named = (each: ScanReport['vulnerabilities'][number]) =>
    each.affected.map((affected) => `${nameOf(affected.package)} ${each.id}`);
  return {
    packages: new Set(inventory.packages.map(nameOf)),
    findings: new Set(vulnerabilities.flatMap(named)),
    suppressed: new Set(suppressed.flatMap(({ vulnerability }) => named(vulnerability))),
  };
}

export function factsOfLabels(labels: Labels, suppressed: Labels = {}): Facts {
  return {
    packages: new Set(Object.keys(labels)),
    findings: findingsOf(labels),
    suppressed: findingsOf(suppressed),
  };
}

const findingsOf = (labels: Labels) =>
  new Set(
    Object.entries(labels).flatMap(([name, ids]) =>
      ids
        .split(' ')
        .filter(Boolean)
        .map((id) => `${name} ${id}`),
    ),
  );

export function scoreEach(found: ReadonlySet<string>, labelled: ReadonlySet<string>): readonly Score[] {
  const ecosystemOf = (fact: string) => fact.slice(0, fact.indexOf(' '));
  const ecosystems = [...new Set([...found, ...labelled].map(ecosystemOf))].sort();
  return ecosystems.map((ecosystem) => {
    const mine = (facts: ReadonlySet<string>) => [...facts].filter((fact) => ecosystemOf(fact) === ecosystem);
    return {
      ecosystem,
      labelled: mine(labelled).length,
      missing: mine(labelled).filter((fact) => !found.has(fact)),
      unlabelled: mine(found).filter((fact) => !labelled.has(fact)),
    };
  });
}

/** The share of what was found that is labelled; 1 where nothing was found. */
export function precision({ labelled, missing, unlabelled }: Score): number {
  const right = labelled - missing.length;
  return right + unlabelled.length === 0 ? 1 : right / (right + unlabelled.length);
}

/** The share of what is labelled that was found; 1 where nothing is labelled. */
export const recall = ({ labelled, missing }: Score): number =>
  labelled === 0 ? 1 : (labelled - missing.length) / labelled;

/** One score for each ecosystem, over all images. */
export function addUp(scores: readonly Score[]): readonly Score[] {
  const byEcosystem = Map.groupBy(scores, ({ ecosystem }) => ecosystem);
  return [...byEcosystem].sort().map(([ecosystem, mine]) => ({
    ecosystem,
    labelled: mine.reduce((sum, score) => sum + score.labelled, 0),
    missing: mine.flatMap(({ missing }) => missing),
    unlabelled: mine.flatMap(({ unlabelled }) => unlabelled),
  }));
}

/** A table in Markdown. */
export function renderScores(title: string, scores: readonly Score[]): string {
  const rows = scores.map(
    (score) =>
      `| ${score.ecosystem} | ${score.labelled} | ${precision(score).toFixed(2)} | ${recall(score).toFixed(2)} |`,
  );
  return [`| ${title} | labelled | precision | recall |`, '|---|---|---|---|', ...rows].join('\n');
}
