import { AppError } from '../model/app-error.ts';
import { choosesRepository, choosesTag, everything, type SyncChoice } from '../model/sync-choice.ts';
import { classifyTag } from '../oci/classify.ts';
import type { ListedTag, RegistryClient } from '../registries/registry-client.ts';

/** A registry of which only what was chosen is seen. */
export interface ChosenRegistry {
  readonly client: RegistryClient;
  /** Whether the choice hides a tag, as far as its list has been read. */
  hides(repository: string, tag: string): boolean;
  /** Repositories of the catalog that were left out so far. */
  repositoriesLeftOut(): number;
  /** What people should know of what was left out, in whole sentences. */
  remarks(): readonly string[];
}

interface LeftOut {
  repositories: number;
  /** By pattern. */
  tags: number;
  /** Not among the newest. */
  older: number;
  /** Repositories whose list tells no times, so that nobody knows what is newest. */
  untimed: number;
}

const REPOSITORIES_REMEMBERED = 64;

/** Hides repositories and tags that a sync should not look at: they are neither listed nor asked for. */
export function chooseRepositories(client: RegistryClient, choice: SyncChoice = everything): ChosenRegistry {
  const left: LeftOut = { repositories: 0, tags: 0, older: 0, untimed: 0 };
  const hidden = new Map<string, ReadonlySet<string>>();
  const hides = (repository: string, tag: string) =>
    !choosesRepository(choice, repository) ||
    !choosesTag(choice, repository, tag) ||
    (hidden.get(repository)?.has(tag) ?? false);

  async function* repositories(signal: AbortSignal): AsyncGenerator<string> {
    for await (const name of client.repositories(signal)) {
      if (choosesRepository(choice, name)) yield name;
      else left.repositories += 1;
    }
  }

  async function* tags(repository: string, signal: AbortSignal): AsyncGenerator<ListedTag> {
    if (!choosesRepository(choice, repository)) return;
    const chosen = withoutHidden(client.tags(repository, signal), choice, repository, left);
    if (choice.newest === undefined) return yield* chosen;
    const all: ListedTag[] = [];
    for await (const tag of chosen) all.push(tag);
    const { shown, older } = newestOf(all, choice.newest, left);
    remember(hidden, repository, older);
    yield* shown;
  }

  return {
    client: {
      ...client,
      repositories,
      tags,
      head: (repository, reference, etag, signal) => {
        if (!hides(repository, reference)) return client.head(repository, reference, etag, signal);
        return Promise.reject(new AppError('image-not-found', `${repository}:${reference} is not looked at.`));
      },
    },
    hides,
    repositoriesLeftOut: () => left.repositories,
    remarks: () => describe(left, choice),
  };
}

/** Asked for while the repository is walked; of a hundred thousand of them nobody keeps the names. */
function remember(hidden: Map<string, ReadonlySet<string>>, repository: string, older: readonly string[]): void {
  hidden.delete(repository);
  if (older.length > 0) hidden.set(repository, new Set(older));
  const [oldest] = hidden.keys();
  if (hidden.size > REPOSITORIES_REMEMBERED && oldest !== undefined) hidden.delete(oldest);
}

async function* withoutHidden(
  tags: AsyncIterable<ListedTag>,
  choice: SyncChoice,
  repository: string,
  left: LeftOut,
): AsyncGenerator<ListedTag> {
  for await (const tag of tags) {
    if (choosesTag(choice, repository, tag.name)) yield tag;
    else if (!isCompanion(tag)) left.tags += 1;
  }
}

/** Those pushed last; all of them where only some or none tell when they were. Signatures and the like count for nothing. */
function newestOf(all: readonly ListedTag[], newest: number, left: LeftOut) {
  const images = all.filter((tag) => !isCompanion(tag));
  if (images.length <= newest) return { shown: all, older: [] };
  if (images.some(({ pushedAt }) => pushedAt === undefined)) {
    left.untimed += 1;
    return { shown: all, older: [] };
  }
  const time = ({ pushedAt }: ListedTag) => pushedAt?.getTime() ?? 0;
  // Of one time the name decides, so that two syncs choose the same.
  const byAge = images.toSorted((a, b) => time(b) - time(a) || (a.name < b.name ? 1 : -1));
  const older = byAge.slice(newest).map(({ name }) => name);
  left.older += older.length;
  const gone = new Set(older);
  return { shown: all.filter(({ name }) => !gone.has(name)), older };
}

const isCompanion = ({ name, skipped }: ListedTag) => skipped !== undefined || classifyTag(name) !== undefined;

function describe({ repositories, tags, older, untimed }: LeftOut, { newest }: SyncChoice): readonly string[] {
  const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;
  const parts = [
    ...(repositories > 0 ? [`${counted(repositories, 'repository', 'repositories')} by pattern`] : []),
    ...(tags > 0 ? [`${counted(tags, 'tag', 'tags')} by pattern`] : []),
    ...(older > 0
      ? [`${counted(older, 'tag that is', 'tags that are')} not among the newest ${newest} of their repository`]
      : []),
  ];
  return [
    ...(parts.length > 0 ? [`Not looked at: ${parts.join(', ')}.`] : []),
    ...(untimed > 0
      ? [
          `The newest ${newest} tags are unknown in ${counted(untimed, 'repository', 'repositories')}, because the registry does not tell when tags were pushed: all were looked at.`,
        ]
      : []),
  ];
}
