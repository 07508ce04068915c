import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { almalinux } from './images/almalinux.ts';
import { alpine } from './images/alpine.ts';
import { debian } from './images/debian.ts';
import { distroless } from './images/distroless.ts';
import { endOfLife, endOfLifeWithApplication } from './images/end-of-life.ts';
import { installedLanguages } from './images/languages.ts';
import { lockFiles } from './images/lock-files.ts';
import { ownedAndNot } from './images/owned-and-not.ts';
import { fixedAdvisories, openQualityLab, type QualityLab } from './open-quality-lab.ts';
import { addUp, factsOf, factsOfLabels, precision, recall, renderScores, type Score, scoreEach } from './score.ts';

// Images with labels, against advisories that do not change: precision and recall of every ecosystem, which must be 1.

const images = [
  debian,
  distroless,
  alpine,
  almalinux,
  endOfLife,
  endOfLifeWithApplication,
  ownedAndNot,
  installedLanguages,
  lockFiles,
];
let lab: QualityLab;
beforeAll(async () => {
  lab = await openQualityLab(await fixedAdvisories());
});
afterAll(() => lab.close());

const packageScores: Score[] = [];
const findingScores: Score[] = [];

describe.each(images)('$name', (image) => {
  if (image.unavailable !== undefined) console.warn(`SKIPPED: ${image.name}: ${image.unavailable}`);

  test.skipIf(image.unavailable !== undefined)('is found to hold what its labels say, and nothing else', async () => {
    const built = await image.build();

    const report = await lab.scan(built.layers);

    const found = factsOf(report);
    const labelled = factsOfLabels(built.labels, built.suppressed);
    packageScores.push(...scoreEach(found.packages, labelled.packages));
    findingScores.push(...scoreEach(found.findings, labelled.findings));
    expect([...found.packages].sort()).toEqual([...labelled.packages].sort());
    expect([...found.findings].sort()).toEqual([...labelled.findings].sort());
    expect([...found.suppressed].sort()).toEqual([...labelled.suppressed].sort());
    expect(report.inventory.problems).toEqual([]);
    expect({
      coverage: report.coverage,
      gaps: report.gaps.map(({ cause, subject }) => `${cause} ${subject}`),
    }).toEqual({ coverage: built.coverage, gaps: built.gaps });
  });
});

describe('every ecosystem', () => {
  test.each([
    ['packages', packageScores],
    ['vulnerabilities', findingScores],
  ])('of the %s, none is missing and none is made up', (title, scores) => {
    const rows = addUp(scores).map((score) => ({ ...score, precision: precision(score), recall: recall(score) }));

    console.info(renderScores(title, rows));
    expect(rows.filter((row) => row.precision < 1 || row.recall < 1)).toEqual([]);
    expect(rows.length).toBeGreaterThan(0);
  });
});
