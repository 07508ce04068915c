import { findSnapshot } from '../advisories/kept-snapshots.ts';
import { openAdvisories } from '../advisories/open.ts';
import { ecosystems } from '../ecosystems/index.ts';
import { match } from '../matching/match.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import type { Store } from '../store/store.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { findLocalImage, referenceOfImage } from './find-local-image.ts';
import { withLocalStore } from './open-local-store.ts';
import { countOf } from './output/count-of.ts';
import { packageVersion } from './package-version.ts';
import { renderScan } from './render-scan.ts';

const SHORT_ID = 12;
const EVERYTHING = { conditions: [], offset: 0, limit: 100_000 } as const;

/** Matches what is stored of an image with advisories that are still kept; nothing is stored of the result. */
export async function showImageAsOf(
  context: CommandContext,
  word: string,
  asOf: string,
  format: 'table' | 'wide' | 'json',
): Promise<void> {
  const { dataDir } = context.config();
  const { snapshot, path } = await findSnapshot(dataDir, asOf);
  const { report, now } = await withLocalStore(context, (store) => matchAsOf(store, word, path));
  const createdAt = context.now();
  if (format === 'json') {
    const { json } = await import('../reports/formats/json.ts');
    context.terminal.out(await json.render(report, { version: packageVersion(), createdAt, showSuppressed: true }));
    return;
  }
  context.terminal.out(
    `As of ${snapshot.id.slice(0, SHORT_ID)}, compiled ${snapshot.compiledAt.slice(0, 16).replace('T', ' ')}\n`,
  );
  const wide = format === 'wide';
  context.terminal.out(renderScan(report, context.terminal, { wide, showSuppressed: true, now: createdAt }));
  context.terminal.note(`\n${describeSince(report, now)}\n`);
}

interface MatchedAsOf {
  readonly report: ScanReport;
  /** Ids of what is stored of it. */
  readonly now: ReadonlySet<string>;
}

async function matchAsOf(store: Store, word: string, path: string): Promise<MatchedAsOf> {
  const image = await findLocalImage(store, word);
  const artifact = await store.inventories.artifact(image.artifactId);
  const inventory = await store.inventories.get(image.artifactId);
  if (!artifact || !inventory) {
    throw new CommandFailure(`${referenceOfImage(image)} has not been scanned: nobody knows what is in it.`, {
      fix: `plimsoll task start ${image.id} --wait`,
    });
  }
  const advisories = openAdvisories(path);
  try {
    const counted = await store.findings.vulnerabilities(image.artifactId, EVERYTHING);
    const ignored = await store.findings.vulnerabilities(image.artifactId, {
      ...EVERYTHING,
      conditions: [{ kind: 'ignored' }],
    });
    return {
      report: {
        ...match(inventory, advisories, ecosystems),
        reference: referenceOfImage(image),
        platform: image.platform,
        digest: image.digest,
        imageId: image.imageId,
        kinds: ['vulnerability'],
        inventory,
        layers: artifact.layers.map(({ digest, size }) => ({ digest, size })),
        snapshot: advisories.snapshot,
      },
      now: new Set([...counted.rows, ...ignored.rows].map(({ id }) => id)),
    };
  } finally {
    advisories.close();
  }
}

/** What of it is not so any more. */
function describeSince({ vulnerabilities }: ScanReport, now: ReadonlySet<string>): string {
  const then = new Set(vulnerabilities.map(({ id }) => id));
  const appeared = [...now].filter((id) => !then.has(id)).length;
  const gone = [...then].filter((id) => !now.has(id)).length;
  if (appeared + gone === 0) return 'What is stored of the image now says the same.';
  return `Between then and what is stored now ${countOf(appeared, 'vulnerability', 'vulnerabilities')} appeared and ${gone} went.`;
}
