import { existsSync } from 'node:fs';
import { advisoriesPath } from '../advisories/advisories-path.ts';
import { locateSnapshot } from '../advisories/kept-snapshots.ts';
import { openAdvisories } from '../advisories/open.ts';
import { layerCommands } from '../api/layer-commands.ts';
import { ecosystems } from '../ecosystems/index.ts';
import { type EcosystemScope, explainScope } from '../matching/explain.ts';
import { parseMatchKey } from '../matching/match-key.ts';
import type { AdvisoryDatabase } from '../model/advisory.ts';
import { causeOf } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import type { Image } from '../model/image.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Suppressed } from '../model/vulnerability.ts';
import type { Store, StoredVulnerability } from '../store/store.ts';
import { CommandFailure } from './command-failure.ts';
import { findLocalImage, referenceOfImage } from './find-local-image.ts';

/** All that is stored of one image, and the advisories that it is explained by. */
export interface ExplainedImage {
  readonly image: Image;
  readonly inventory: Inventory;
  readonly counted: readonly StoredVulnerability[];
  readonly ignored: readonly StoredVulnerability[];
  readonly suppressed: readonly Suppressed[];
  /** The instruction that made each layer. */
  readonly instructions: ReadonlyMap<Digest, string>;
  readonly scope: readonly EcosystemScope[];
  readonly match: {
    /** '' where there were no advisories. */
    readonly snapshotId: string;
    readonly stale: boolean;
    /** The advisories opened are those that it was matched with. */
    readonly kept: boolean;
  };
  /** Absent: there are none at all. */
  readonly advisories?: AdvisoryDatabase;
  /** Of the file that `advisories` is. */
  readonly path: string;
}

const EVERYTHING = { conditions: [], offset: 0, limit: 100_000 } as const;

/** Lends what is known of an image to `use`. Throws CommandFailure where there is no such image, or nothing in it is known. */
export async function withExplainedImage<T>(
  store: Store,
  dataDir: string,
  word: string,
  use: (explained: ExplainedImage) => Promise<T>,
): Promise<T> {
  const image = await findLocalImage(store, word);
  const artifact = await store.inventories.artifact(image.artifactId);
  const inventory = await store.inventories.get(image.artifactId);
  if (!artifact || !inventory) {
    throw new CommandFailure(`${referenceOfImage(image)} has not been scanned: nobody knows what is in it.`, {
      fix: image.authorized ? `plimsoll task start ${image.id} --wait` : `plimsoll image authorize ${image.id}`,
    });
  }
  const { snapshotId, stale } = parseMatchKey(artifact.matchedWith ?? '');
  const wanted = locateSnapshot(dataDir, snapshotId);
  const kept = snapshotId !== '' && existsSync(wanted);
  const path = kept ? wanted : advisoriesPath(dataDir);
  const advisories = openIfThere(path);
  try {
    const [counted, ignored] = await Promise.all([
      store.findings.vulnerabilities(image.artifactId, EVERYTHING),
      store.findings.vulnerabilities(image.artifactId, { ...EVERYTHING, conditions: [{ kind: 'ignored' }] }),
    ]);
    return await use({
      image,
      inventory,
      counted: counted.rows,
      ignored: ignored.rows,
      suppressed: await store.inventories.suppressed(image.artifactId),
      instructions: await layerCommands(store.images, image.artifactId),
      scope: advisories ? explainScope(inventory, advisories, ecosystems) : [],
      match: { snapshotId, stale, kept },
      ...(advisories ? { advisories } : {}),
      path,
    });
  } finally {
    advisories?.close();
  }
}

function openIfThere(path: string): AdvisoryDatabase | undefined {
  try {
    return openAdvisories(path);
  } catch (error) {
    if (causeOf(error) === 'advisories-missing') return undefined;
    throw error;
  }
}

const SHORT_ID = 12;

/** `3f2a1b…, compiled 2026-11-25 10:00, feeds asked 2026-11-25 11:00`: the date of the data. */
export function describeMatch({ match, advisories }: ExplainedImage): string {
  const { snapshotId, stale, kept } = match;
  if (snapshotId === '') return 'none: there were no advisories when it was matched';
  const id = snapshotId.slice(0, SHORT_ID);
  const age = stale ? '; too old, so counts are a lower bound' : '';
  if (!kept || !advisories) return `${id}, not kept any more${age}; explained by those in use`;
  const { compiledAt, checkedAt } = advisories.snapshot;
  return `${id}, compiled ${minute(compiledAt)}, feeds asked ${minute(checkedAt)}${age}`;
}

const minute = (time: string) => time.slice(0, 16).replace('T', ' ');

const INSTRUCTION_SHOWN = 120;
const DIGEST_SHOWN = 19; // `sha256:` and twelve digits

/** `sha256:3f2a1b… RUN apt-get install …`. */
export function describeLayer(layer: Digest, instructions: ReadonlyMap<Digest, string>): string {
  const instruction = (instructions.get(layer) ?? '').replaceAll(/\s+/g, ' ').trim();
  const shown = instruction.length > INSTRUCTION_SHOWN ? `${instruction.slice(0, INSTRUCTION_SHOWN)}…` : instruction;
  return `${layer.slice(0, DIGEST_SHOWN)}${shown === '' ? '' : ` ${shown}`}`;
}
