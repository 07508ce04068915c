import { createDescription } from '../../published/create-description.ts';
import {
  anyObject,
  atMost,
  call,
  flag,
  list,
  object,
  oneOf,
  orNull,
  text,
  time,
  whole,
} from '../../published/words.ts';

// The description has no limit: https://docs.gitlab.com/api/rest/#pagination has.
const page = { page: whole, per_page: atMost(100) };
// The fields of ProjectIdentity and BasicProjectDetails, and those of Project that tell of the registry.
const project = object(
  {
    id: whole,
    description: orNull(text),
    name: text,
    name_with_namespace: text,
    path: text,
    path_with_namespace: text,
    created_at: time,
    default_branch: orNull(text),
    tag_list: list(text),
    topics: list(text),
    ssh_url_to_repo: text,
    http_url_to_repo: text,
    web_url: text,
    readme_url: orNull(text),
    forks_count: whole,
    avatar_url: orNull(text),
    star_count: whole,
    last_activity_at: time,
    namespace: anyObject,
    visibility: oneOf('private', 'internal', 'public'),
    container_registry_enabled: flag,
    container_registry_access_level: oneOf('disabled', 'private', 'enabled'),
  },
  ['id', 'name', 'path', 'path_with_namespace'],
);
// lib/api/entities/container_registry.rb
const repository = object(
  {
    id: whole,
    name: text,
    path: text,
    project_id: whole,
    location: text,
    created_at: time,
    cleanup_policy_started_at: orNull(time),
    tags_count: whole,
    tags: list(object({ name: text, path: text, location: text })),
    delete_api_path: text,
    size: whole,
    status: orNull(text),
  },
  ['id', 'name', 'path', 'project_id', 'location', 'created_at', 'cleanup_policy_started_at', 'status'],
);
// app/graphql/types/container_registry/container_repository_{details,tag}_type.rb
const tag = object({ name: text, digest: orNull(text), publishedAt: orNull(time) }, ['name']);
const pageInfo = object({ hasNextPage: flag, endCursor: orNull(text) }, ['hasNextPage', 'endCursor']);
const tags = object({ nodes: list(tag), pageInfo }, ['nodes', 'pageInfo']);
const found = object({
  data: object({ containerRepository: orNull(object({ tags }, ['tags'])) }),
  errors: list(object({ message: text, locations: list(anyObject), path: list(text) }, ['message'])),
});

const listed = { slashes: [], query: { ...page, tags: flag, tags_count: flag } };
const answered = { 200: list(repository), 401: undefined, 404: undefined };

/** Its REST API, and of GraphQL the one query that is asked. Where REST answers a list, the description has one item of it. */
export const gitlabApi = createDescription({
  source:
    'gitlabhq/gitlabhq at 07fbd7ab (GitLab 18.9 or newer), doc/api/openapi/openapi_v3.yaml; lib/api/entities at 28bc811a; app/graphql/types at 55eb439f',
  licence: 'MIT',
  operations: [
    call({
      method: 'GET',
      path: '/api/v4/projects',
      query: {
        ...page,
        order_by: oneOf(
          'id',
          'name',
          'path',
          'created_at',
          'updated_at',
          'last_activity_at',
          'similarity',
          'star_count',
        ),
        sort: oneOf('asc', 'desc'),
        membership: flag,
        owned: flag,
        archived: flag,
        active: flag,
        simple: flag,
        search: text,
        visibility: oneOf('private', 'internal', 'public'),
        min_access_level: whole,
        id_after: whole,
        id_before: whole,
      },
      answers: { 200: list(project), 400: undefined },
    }),
    call({ method: 'GET', path: '/api/v4/projects/{id}/registry/repositories', ...listed, answers: answered }),
    call({ method: 'GET', path: '/api/v4/groups/{id}/registry/repositories', ...listed, answers: answered }),
    call({
      method: 'POST',
      path: '/api/graphql',
      body: object(
        {
          query: text,
          variables: object(
            {
              id: { type: 'string', pattern: '^gid://gitlab/ContainerRepository/\\d+$' },
              // max_page_size of the field `tags`: what is beyond it is cut off, and the cursor is behind it.
              first: atMost(20),
              after: text,
            },
            ['id'],
          ),
        },
        ['query'],
      ),
      answers: { 200: found },
    }),
  ],
  elsewhere: {
    401: 'https://docs.gitlab.com/api/rest/troubleshooting/#status-codes',
    403: 'https://docs.gitlab.com/api/rest/troubleshooting/#status-codes',
  },
});
