import type { Command } from 'commander';
import { causeTexts } from '../model/cause-texts.ts';
import type { Image } from '../model/image.ts';
import type { Registry } from '../model/registry.ts';
import { choosesRepository, choosesTag } from '../model/sync-choice.ts';
import type { Store } from '../store/store.ts';
import type { TagFacts } from '../store/tag-facts.ts';
import type { CommandContext } from './command-context.ts';
import { localImages, referenceOfImage, splitWord } from './find-local-image.ts';
import { withLocalStore } from './open-local-store.ts';
import { countOf } from './output/count-of.ts';
import { outputOption } from './output/print-list.ts';
import { printable } from './output/table.ts';
import { wrap } from './output/wrap.ts';
import { describeChoice } from './sync-choice-options.ts';

const formats = ['table', 'json'] as const;

/** One thing that keeps an image, or its numbers, from being seen, with what to do about it. */
export interface Hindrance {
  readonly what: string;
  readonly fix: string;
}

export function defineImageWhyNot(parent: Command, context: CommandContext): void {
  parent
    .command('why-not')
    .description('explain why an image is not in the list, or has no numbers')
    .argument('<image>', 'reference such as registry.example.com/team/app:1.2, or the end of one')
    .addOption(outputOption(formats))
    .addHelpText(
      'after',
      `
It looks into the database of this machine's settings; no server and no registry is asked.

Examples:
  plimsoll image why-not registry.example.com/team/app:1.2
  plimsoll image why-not team/app:1.2 -o json`,
    )
    .action((image: string, { output }: { readonly output: (typeof formats)[number] }) =>
      withLocalStore(context, async (store) => {
        const found = await whyNot(store, image);
        if (output === 'json') context.terminal.out(`${JSON.stringify({ image, hindrances: found }, null, 2)}\n`);
        else print(context, found);
      }),
    );
}

function print({ terminal }: CommandContext, found: readonly Hindrance[]): void {
  const width = terminal.width ?? Number.POSITIVE_INFINITY;
  for (const { what, fix } of found) {
    terminal.out(`${wrap(printable(what), width, '  ')}\n`);
    if (fix !== '') terminal.out(`${wrap(`  fix: ${printable(fix)}`, width, '    ')}\n`);
  }
}

/** What keeps it away, the outermost first; at least one entry. */
export async function whyNot(store: Store, word: string): Promise<readonly Hindrance[]> {
  const rows = await localImages(store, word);
  if (rows.length > 0) return rows.slice(0, MOST).flatMap(hindrancesOfRow);
  const registries = await allRegistries(store);
  if (registries.length === 0) {
    return [{ what: 'No registry has been added yet.', fix: 'plimsoll registry add <name> <url> -u <account>' }];
  }
  const { path, tag, digest } = splitWord(word);
  const hosts = registries.filter((registry) => path.startsWith(`${hostOf(registry)}/`));
  const named = hosts.length > 0 ? hosts : registries;
  if (hosts.length === 0 && HOST.test(path)) {
    const known = registries.map(hostOf).join(', ');
    return [
      {
        what: `No registry at ${path.slice(0, path.indexOf('/'))} has been added; there are ${known}.`,
        fix: 'plimsoll registry add <name> <url>, or name the image as one of these does',
      },
    ];
  }
  const places = await Promise.all(
    named.map((registry) => inRegistry(store, registry, withoutHost(path, registry), tag, digest)),
  );
  return places.flat();
}

const MOST = 20;
const HOST = /^[^/]*[.:][^/]*\//;

const hostOf = ({ url }: Registry) => new URL(url).host;
const withoutHost = (path: string, registry: Registry) =>
  path.startsWith(`${hostOf(registry)}/`) ? path.slice(hostOf(registry).length + 1) : path;

async function allRegistries(store: Store): Promise<readonly Registry[]> {
  const sort = { key: 'id', direction: 'asc' } as const;
  return (await store.registries.list({ conditions: [], sort, offset: 0, limit: 10_000 })).rows;
}

/** It is in the list: what it may be missed by. */
function hindrancesOfRow(image: Image): readonly Hindrance[] {
  const name = `${referenceOfImage(image)} (${image.platform}, id ${image.id})`;
  const listed = { what: `${name} is in the list.`, fix: '' };
  return [
    listed,
    ...(image.latest
      ? []
      : [
          {
            what: 'It is not the newest image of its repository, so lists of the latest leave it out.',
            fix: 'plimsoll image list without --latest',
          },
        ]),
    ...hindranceOfScan(image),
  ];
}

function hindranceOfScan(image: Image): readonly Hindrance[] {
  if (!image.authorized) {
    return [{ what: 'It is not authorised for scanning.', fix: `plimsoll image authorize ${image.id}` }];
  }
  const { cause } = image.summary.vulnerability;
  if (image.scanStatus === 'scanning') {
    return [{ what: `It waits for a scan or is being scanned: ${image.progress} % done.`, fix: 'plimsoll task list' }];
  }
  if (image.scanStatus === 'not-scanned') {
    return [{ what: 'It has not been scanned yet.', fix: `plimsoll task start ${image.id}` }];
  }
  if (cause === undefined) return [];
  const { detail } = image.summary;
  const what = `Not everything is known: ${causeTexts[cause].reason.en}${detail === '' ? '' : ` (${detail})`}.`;
  return [{ what, fix: causeTexts[cause].solution.en }];
}

async function inRegistry(
  store: Store,
  registry: Registry,
  path: string,
  tag: string | undefined,
  digest: string | undefined,
): Promise<readonly Hindrance[]> {
  const ofSync = [...hindranceOfSync(registry), ...hindranceOfChoice(registry, path, tag)];
  const [repository] = await store.tags.repositories(registry.id, path);
  if (repository === undefined) {
    const looked = registry.syncedAt ? ` when it was last synced, ${registry.syncedAt.toISOString()}` : '';
    const what = `Registry "${registry.name}" did not list a repository ${path}${looked}.`;
    const fix = `Check the name, and that the account may see it; then plimsoll registry sync ${registry.name}`;
    return [...ofSync, ...(registry.syncStatus === 'never' ? [] : [{ what, fix }])];
  }
  const tags = await store.tags.tags(registry.id, repository, tag, MOST);
  const sync = `plimsoll registry sync ${registry.name}`;
  if (tags.length === 0) {
    const what = `Registry "${registry.name}" lists ${repository}, but not ${tag === undefined ? 'with any tag' : `its tag ${tag}`}.`;
    return [...ofSync, { what, fix: `${sync}, if it was pushed since` }];
  }
  return [...ofSync, ...tags.map((each) => hindranceOfTag(each, registry, digest))];
}

function hindranceOfSync({ name, syncStatus, syncCause, syncMessage }: Registry): readonly Hindrance[] {
  if (syncStatus === 'never') {
    return [{ what: `Registry "${name}" has never been synced.`, fix: `plimsoll registry sync ${name} --wait` }];
  }
  if (syncStatus === 'queued' || syncStatus === 'running') {
    return [{ what: `A sync of registry "${name}" is under way.`, fix: `plimsoll registry sync ${name} --wait` }];
  }
  if (syncStatus !== 'failed') return [];
  const reason = syncCause ? causeTexts[syncCause].reason.en : 'nobody knows why';
  return [
    {
      what: `The last sync of registry "${name}" failed: ${reason}${syncMessage === '' ? '' : ` (${syncMessage})`}.`,
      fix: syncCause ? causeTexts[syncCause].solution.en : `plimsoll registry test ${name}`,
    },
  ];
}

/** Left out by a pattern, or perhaps older than the newest that are listed. */
function hindranceOfChoice(registry: Registry, path: string, tag: string | undefined): readonly Hindrance[] {
  const { name, syncChoice } = registry;
  if (!syncChoice) return [];
  const isChosen = choosesRepository(syncChoice, path) && (tag === undefined || choosesTag(syncChoice, path, tag));
  if (isChosen && syncChoice.newest === undefined) return [];
  const what = isChosen ? 'may leave it out' : 'leaves it out';
  return [
    {
      what: `A sync of registry "${name}" ${what}: it ${describeChoice(syncChoice)}.`,
      fix: `plimsoll registry update ${name} --include … --exclude … --newest …`,
    },
  ];
}

const skipWords: Readonly<Record<keyof TagFacts['skipped'], string>> = {
  attestation: 'an attestation',
  signature: 'a signature',
  sbom: 'an SBOM',
  chart: 'a Helm chart',
  artifact: 'an artifact that is no image',
  'manifest-unsupported': 'a manifest of a kind that is not read',
  'platform-unknown': 'an image of an unknown platform',
  unreadable: 'a part that cannot be read',
};

function hindranceOfTag(seen: TagFacts, registry: Registry, digest: string | undefined): Hindrance {
  const { repository, tag, skipped, images, syncedAt } = seen;
  const name = `${repository}:${tag}`;
  const sync = `plimsoll registry sync ${registry.name}`;
  if (images > 0 && digest !== undefined) {
    return {
      what: `${name} pointed at ${seen.digest} when it was last seen, ${syncedAt.toISOString()}: ${digest} was replaced by it, or is another platform of it.`,
      fix: `plimsoll image list shows what there is; ${sync}, if it was pushed since`,
    };
  }
  const kinds = Object.entries(skipped).flatMap(([reason, count]) =>
    count ? [`${countOf(count, 'time', 'times')} ${skipWords[reason as keyof typeof skipWords]}`] : [],
  );
  if (kinds.length > 0)
    return { what: `${name} is no image that can be scanned: it holds ${kinds.join(', ')}.`, fix: '' };
  return { what: `${name} was seen at ${syncedAt.toISOString()}, but gives no row.`, fix: sync };
}
