import { createDescription } from '../../published/create-description.ts';
import {
  anyObject,
  atMost,
  call,
  flag,
  list,
  mapOf,
  object,
  orNull,
  text,
  time,
  whole,
} from '../../published/words.ts';

const errors = object({ errors: list(object({ code: text, message: text })) });
const page = { q: text, sort: text, page: whole, page_size: { ...atMost(100), minimum: undefined } };
const setting = orNull(text);
const project = object({
  project_id: whole,
  owner_id: whole,
  name: text,
  registry_id: whole,
  creation_time: time,
  update_time: time,
  deleted: flag,
  owner_name: text,
  togglable: flag,
  current_user_role_id: whole,
  current_user_role_ids: list(whole),
  repo_count: whole,
  metadata: object({
    public: text,
    enable_content_trust: setting,
    enable_content_trust_cosign: setting,
    prevent_vul: setting,
    severity: setting,
    auto_scan: setting,
    auto_sbom_generation: setting,
    reuse_sys_cve_allowlist: setting,
    retention_id: setting,
    proxy_speed_kb: setting,
    max_upstream_conn: setting,
    proxy_cache_local_on_not_found: setting,
    proxy_referrer_api: setting,
  }),
  cve_allowlist: object({
    id: whole,
    project_id: whole,
    expires_at: orNull(whole),
    items: list(object({ cve_id: text })),
    creation_time: time,
    update_time: time,
  }),
});
const repository = object({
  id: whole,
  project_id: whole,
  name: text,
  description: text,
  artifact_count: whole,
  pull_count: whole,
  creation_time: orNull(time),
  update_time: time,
});
const tag = object({
  id: whole,
  repository_id: whole,
  artifact_id: whole,
  name: text,
  push_time: time,
  pull_time: time,
  immutable: flag,
});
const accessory = object({
  id: whole,
  artifact_id: whole,
  subject_artifact_id: whole,
  subject_artifact_digest: text,
  subject_artifact_repo: text,
  size: whole,
  digest: text,
  type: text,
  icon: text,
  creation_time: time,
});
const platform = object({
  architecture: text,
  os: text,
  "'os.version'": text,
  "'os.features'": list(text),
  variant: text,
});
const reference = object({
  parent_id: whole,
  child_id: whole,
  child_digest: text,
  platform,
  annotations: mapOf(text),
  urls: list(text),
});
// Labels and overviews of scans are never asked for, and so are not restated.
const artifact = object({
  id: whole,
  type: text,
  media_type: text,
  manifest_media_type: text,
  artifact_type: text,
  project_id: whole,
  repository_id: whole,
  repository_name: text,
  digest: text,
  size: whole,
  icon: text,
  push_time: time,
  pull_time: time,
  // `additionalProperties` are said to be objects, where Harbor itself answers texts and lists among them.
  extra_attrs: anyObject,
  annotations: mapOf(text),
  references: list(reference),
  tags: list(tag),
  addition_links: mapOf(object({ href: text, absolute: flag })),
  labels: list(anyObject),
  scan_overview: anyObject,
  sbom_overview: anyObject,
  accessories: list(accessory),
});

export const harborApi = createDescription({
  source:
    'goharbor/harbor, api/v2.0/swagger.yaml, as qcserestipy/harbor-go-client has it at b16cfb17; it names no release',
  licence: 'Apache-2.0',
  operations: [
    call({
      method: 'GET',
      path: '/api/v2.0/projects',
      query: { ...page, name: text, public: flag, owner: text, with_detail: flag },
      answers: { 200: list(project), 401: errors, 500: errors },
    }),
    call({
      method: 'GET',
      path: '/api/v2.0/projects/{project_name}/repositories',
      query: page,
      answers: { 200: list(repository), 400: errors, 401: errors, 403: errors, 404: errors, 500: errors },
    }),
    call({
      method: 'GET',
      path: '/api/v2.0/projects/{project_name}/repositories/{repository_name}/artifacts',
      query: {
        ...page,
        with_tag: flag,
        with_label: flag,
        with_scan_overview: flag,
        with_sbom_overview: flag,
        with_immutable_status: flag,
        with_accessory: flag,
      },
      answers: { 200: list(artifact), 400: errors, 401: errors, 403: errors, 404: errors, 500: errors },
    }),
  ],
});
