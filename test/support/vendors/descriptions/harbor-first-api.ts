import { createDescription } from '../../published/create-description.ts';
import { anyObject, atMost, call, flag, list, object, text, whole } from '../../published/words.ts';

// At most 100, as the prose says.
const page = { page: whole, page_size: atMost(100) };
const project = object({
  project_id: whole,
  owner_id: whole,
  name: text,
  creation_time: text,
  update_time: text,
  deleted: flag,
  owner_name: text,
  togglable: flag,
  current_user_role_id: whole,
  current_user_role_ids: list(whole),
  repo_count: whole,
  chart_count: whole,
  metadata: anyObject,
  cve_whitelist: anyObject,
});
// Labels are never asked for, and so are not restated.
const repository = object({
  id: whole,
  name: text,
  project_id: whole,
  description: text,
  pull_count: whole,
  star_count: whole,
  tags_count: whole,
  labels: list(anyObject),
  creation_time: text,
  update_time: text,
});

export const harborFirstApi = createDescription({
  source: 'goharbor/harbor at 0d515d5f, api/harbor/swagger.yaml (Harbor 1.10.0)',
  licence: 'Apache-2.0',
  operations: [
    // By which version 2 is told; version 1 has nothing there.
    call({
      method: 'GET',
      path: '/api/v2.0/projects',
      query: { ...page, sort: text },
      answers: { 404: undefined },
    }),
    call({
      method: 'GET',
      path: '/api/projects',
      query: { ...page, name: text, public: flag, owner: text },
      answers: { 200: list(project), 401: undefined, 500: undefined },
    }),
    call({
      method: 'GET',
      path: '/api/repositories',
      query: { ...page, project_id: whole, q: text, sort: text, label_id: whole },
      required: ['project_id'],
      answers: { 200: list(repository), 400: undefined, 403: undefined, 404: undefined, 500: undefined },
    }),
  ],
});
