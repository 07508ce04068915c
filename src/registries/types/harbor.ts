import { z } from 'zod';
import { AppError } from '../../model/app-error.ts';
import type { RegistrySettings, SkipReason } from '../../model/registry.ts';
import type { ApiAccess } from '../distribution/api-access.ts';
import { openSession, type Session, type SessionDeps } from '../distribution/open-session.ts';
import type { ListedTag, NetworkPolicy, RegistryClient, RegistryType } from '../registry-client.ts';
import { basicAccess } from '../vendor/basic-access.ts';
import { createVendorClient } from '../vendor/create-vendor-client.ts';
import { firstFound } from '../vendor/first-found.ts';
import { listBelow } from '../vendor/list-below.ts';
import { listPages } from '../vendor/list-pages.ts';
import { nextByNumber } from '../vendor/next-by-number.ts';
import { toListedTag } from '../vendor/to-listed-tag.ts';

// https://github.com/goharbor/harbor/blob/main/api/v2.0/swagger.yaml: 10 by default, 100 at most.
const PAGE_SIZE = 100;

/** Harbor answers null for an empty page of some versions. */
const listOf = <T>(item: z.ZodType<T>) => z.array(item).nullable();
const Named = listOf(z.object({ name: z.string() }));
const FirstProjects = listOf(z.object({ project_id: z.number().int(), name: z.string() }));
const Artifacts = listOf(
  z.object({
    digest: z.string(),
    type: z.string().nullish(),
    tags: listOf(z.object({ name: z.string(), push_time: z.string().nullish() })).optional(),
    accessories: listOf(z.object({ digest: z.string(), type: z.string() })).optional(),
  }),
);
type Artifact = NonNullable<z.infer<typeof Artifacts>>[number];

// https://github.com/goharbor/harbor/blob/main/src/pkg/accessory/model/accessory.go
const accessoryReasons: Readonly<Record<string, SkipReason>> = {
  'signature.cosign': 'signature',
  'signature.notation': 'signature',
  'sbom.harbor': 'sbom',
};
const typeReasons: Readonly<Record<string, SkipReason>> = { CHART: 'chart', SBOM: 'sbom' };

interface Harbor {
  readonly session: Session;
  readonly access: ApiAccess;
  /** What has answered is Harbor 1, whose lists of tags are slow and tell names alone. */
  isFirst: boolean;
}

/**
 * Harbor 2: projects, their repositories, their artifacts. Not the list of all repositories, which shows a robot account
 * public projects only. Without the overview of scans, which makes a page ten times slower. Nothing is pulled, so Harbor's
 * own retention is not misled. Harbor 1: projects and their repositories.
 */
function connect(settings: RegistrySettings, network: NetworkPolicy, deps: SessionDeps = {}): RegistryClient {
  const session = openSession(settings, network, deps);
  const harbor: Harbor = { session, access: basicAccess(session.url('').origin, settings), isFirst: false };
  return createVendorClient(session, {
    name: "Harbor's API",
    repositories: (signal) => {
      harbor.isFirst = false;
      return firstFound(listRepositories(harbor, signal), () => listFirstRepositories(harbor, signal));
    },
    tags: (repository, signal) => listTags(harbor, repository, signal),
  });
}

function listRepositories(harbor: Harbor, signal: AbortSignal): AsyncGenerator<string> {
  const names = async function* (path: string) {
    for await (const { name } of list(harbor, `v2.0/${path}`, { sort: 'name' }, Named, signal)) yield name;
  };
  return listBelow(
    harbor.session,
    names('projects'),
    (project) => project,
    (project) => names(`projects/${encodeURIComponent(project)}/repositories`),
  );
}

/** https://github.com/goharbor/harbor/blob/v1.10.0/api/harbor/swagger.yaml */
function listFirstRepositories(harbor: Harbor, signal: AbortSignal): AsyncGenerator<string> {
  const below = async function* ({ project_id }: { readonly project_id: number }) {
    harbor.isFirst = true;
    const listed = list(harbor, 'repositories', { project_id: String(project_id) }, Named, signal);
    for await (const { name } of listed) yield name;
  };
  return listBelow(harbor.session, list(harbor, 'projects', {}, FirstProjects, signal), ({ name }) => name, below);
}

async function* listTags(harbor: Harbor, repository: string, signal: AbortSignal): AsyncGenerator<ListedTag> {
  if (harbor.isFirst) throw new AppError('image-not-found', 'Harbor 1 is asked for tags by the distribution alone.');
  const [project = '', ...rest] = repository.split('/');
  // A slash in the name is encoded twice: https://github.com/goharbor/harbor/blob/main/api/v2.0/swagger.yaml
  const name = encodeURIComponent(encodeURIComponent(rest.join('/')));
  const path = `v2.0/projects/${encodeURIComponent(project)}/repositories/${name}/artifacts`;
  const query = {
    // Oldest first: what is pushed meanwhile comes at the end.
    sort: 'push_time,id',
    with_tag: 'true',
    with_accessory: 'true',
    with_label: 'false',
    with_scan_overview: 'false',
  };
  for await (const artifact of list(harbor, path, query, Artifacts, signal)) yield* toListedTags(artifact);
}

function* toListedTags({ digest, type, tags, accessories }: Artifact): Generator<ListedTag> {
  const skipped = typeReasons[type ?? ''];
  for (const { name, push_time } of tags ?? []) yield toListedTag({ name, digest, pushedAt: push_time, skipped });
  for (const accessory of accessories ?? [])
    yield { name: accessory.digest, skipped: accessoryReasons[accessory.type] ?? 'artifact' };
}

function list<T>(
  { session, access }: Harbor,
  path: string,
  query: Readonly<Record<string, string>>,
  schema: z.ZodType<readonly T[] | null>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const url = session.url(`api/${path}`);
  url.search = new URLSearchParams({ page: '1', page_size: String(PAGE_SIZE), ...query }).toString();
  return listPages<readonly T[] | null, T>(
    session,
    {
      first: { method: 'GET', url, scope: '', access },
      schema,
      items: (page) => page ?? [],
      next: (page, answer, asked) => nextByNumber(answer, asked, page?.length ?? 0, PAGE_SIZE),
    },
    signal,
  );
}

export const harbor = {
  name: 'harbor',
  description: 'Harbor by its own API, with users and robot accounts.',
  connect,
} as const satisfies RegistryType;
