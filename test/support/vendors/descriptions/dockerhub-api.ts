import { createDescription } from '../../published/create-description.ts';
import { atMost, call, flag, list, object, oneOf, orNull, text, time, whole } from '../../published/words.ts';

const pageOf = (results: ReturnType<typeof list>) =>
  object({ count: whole, next: orNull(text), previous: orNull(text), results });
const repository = object({
  name: text,
  namespace: text,
  repository_type: oneOf('image', 'plugin', null),
  status: whole,
  status_description: oneOf('active', 'inactive'),
  description: orNull(text),
  is_private: flag,
  star_count: whole,
  pull_count: whole,
  last_updated: orNull(time),
  last_modified: orNull(time),
  date_registered: time,
  affiliation: text,
  media_types: list(text),
  content_types: list(text),
  categories: list(object({ name: text, slug: text }, ['name', 'slug'])),
  storage_size: whole,
});
const layer = object({ digest: orNull(text), size: whole, instruction: text });
const image = object({
  architecture: text,
  features: text,
  variant: text,
  digest: orNull(text),
  layers: list(layer),
  os: text,
  os_features: text,
  os_version: text,
  size: whole,
  status: oneOf('active', 'inactive'),
  last_pulled: orNull(text),
  last_pushed: orNull(text),
});
/**
 * The description has one image where there is a list, and none of the last four: as Docker's own docker/hub-tool reads
 * answers at 6911e3c9, pkg/hub/tags.go, and as people quote them.
 */
const tag = object({
  id: whole,
  images: list(image),
  creator: whole,
  last_updated: orNull(text),
  last_updater: whole,
  last_updater_username: text,
  name: text,
  repository: whole,
  full_size: whole,
  v2: { type: ['string', 'boolean'] },
  status: oneOf('active', 'inactive'),
  tag_last_pulled: orNull(text),
  tag_last_pushed: orNull(text),
  tag_status: text,
  digest: text,
  media_type: text,
  content_type: text,
});
const detail = object({ detail: text, message: text });
const namespaces = object({ namespaces: list(text) }, ['namespaces']);

export const dockerhubApi = createDescription({
  source: 'docker/docs at c065f800, content/reference/api/hub/latest.yaml, version 2-beta',
  licence: 'Apache-2.0',
  operations: [
    call({
      method: 'POST',
      path: '/v2/auth/token',
      body: object({ identifier: text, secret: text }, ['identifier', 'secret']),
      answers: { 200: object({ access_token: text }), 401: undefined },
    }),
    // Of which the description has nothing; Docker's extension of VS Code asks so, and Harbor's adapter of the Hub.
    call({ method: 'GET', path: '/v2/repositories/namespaces', answers: { 200: namespaces, 401: undefined } }),
    call({
      method: 'GET',
      path: '/v2/namespaces/{namespace}/repositories',
      query: {
        page: { type: 'integer', minimum: 1 },
        page_size: atMost(100),
        name: text,
        ordering: oneOf('name', '-name', 'last_updated', '-last_updated', 'pull_count', '-pull_count'),
      },
      answers: { 200: pageOf(list(repository)), 400: undefined, 401: undefined, 403: undefined, 404: undefined },
    }),
    call({
      method: 'GET',
      path: '/v2/namespaces/{namespace}/repositories/{repository}/tags',
      query: { page: whole, page_size: atMost(100) },
      answers: { 200: pageOf(list(tag)), 403: detail, 404: detail },
    }),
  ],
  elsewhere: { 401: 'https://docs.docker.com/reference/api/hub/latest/#tag/authentication' },
});
