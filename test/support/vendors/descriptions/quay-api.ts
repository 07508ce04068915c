import { createDescription } from '../../published/create-description.ts';
import { anyObject, atMost, call, flag, list, object, oneOf, orNull, text, whole } from '../../published/words.ts';

// RFC 2822: format_date of endpoints/api/__init__.py
const date = {
  type: 'string',
  pattern: '^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d{2} [A-Z][a-z]{2} \\d{4} \\d{2}:\\d{2}:\\d{2} [-+]\\d{4}$',
};
// endpoints/exception.py; RFC 7807
const problem = object(
  {
    detail: text,
    error_message: text,
    error_type: oneOf(
      'external_service_timeout',
      'invalid_request',
      'invalid_response',
      'invalid_token',
      'expired_token',
      'insufficient_scope',
      'fresh_login_required',
      'exceeds_license',
      'not_found',
      'downstream_issue',
    ),
    title: text,
    type: text,
    status: whole,
    session_required: flag,
  },
  ['error_type', 'title', 'type', 'status'],
);
// endpoints/api/repository_models_interface.py
const repository = object(
  {
    namespace: text,
    name: text,
    description: orNull(text),
    is_public: flag,
    kind: text,
    state: orNull(text),
    quota: orNull(anyObject),
    last_modified: orNull(whole),
    popularity: { type: 'number' },
    is_starred: flag,
    quota_report: anyObject,
  },
  ['namespace', 'name', 'description', 'is_public', 'kind', 'state'],
);
// _tag_dict of endpoints/api/tag.py
const tag = object(
  {
    name: text,
    reversion: flag,
    start_ts: whole,
    end_ts: whole,
    manifest_digest: text,
    is_manifest_list: flag,
    size: orNull(whole),
    last_modified: date,
    expiration: date,
  },
  ['name', 'reversion', 'manifest_digest', 'is_manifest_list', 'size'],
);
// user_view of endpoints/api/user.py, where the schema UserView has less
const organization = object(
  { name: text, avatar: anyObject, can_create_repo: flag, public: flag, is_org_admin: flag, preferred_namespace: flag },
  ['name', 'avatar', 'can_create_repo', 'public'],
);
const user = object(
  {
    anonymous: flag,
    username: text,
    avatar: anyObject,
    organizations: list(organization),
    can_create_repo: flag,
    is_me: flag,
    verified: flag,
    email: text,
    logins: list(anyObject),
    preferred_namespace: flag,
    super_user: flag,
  },
  ['anonymous', 'username', 'avatar'],
);
const problems = { 400: problem, 401: problem, 403: problem, 404: problem };

/** Quay makes its description, /api/v1/discovery, from the decorators of these functions; it has no schemas of most answers. */
export const quayApi = createDescription({
  source: 'quay/quay, endpoints/api/user.py at 0163f95c, repository.py at 02635f5f, tag.py at 00d52459',
  licence: 'Apache-2.0',
  operations: [
    call({ method: 'GET', path: '/api/v1/user/', answers: { 200: user, ...problems } }),
    call({
      method: 'GET',
      path: '/api/v1/repository',
      query: {
        namespace: text,
        starred: flag,
        public: flag,
        last_modified: flag,
        popularity: flag,
        repo_kind: text,
        next_page: text,
      },
      answers: { 200: object({ repositories: list(repository), next_page: text }, ['repositories']), ...problems },
    }),
    call({
      method: 'GET',
      path: '/api/v1/repository/{repository}/tag/',
      slashes: ['repository'],
      query: { specificTag: text, filter_tag_name: text, limit: atMost(100), page: whole, onlyActiveTags: flag },
      answers: {
        200: object({ tags: list(tag), page: whole, has_additional: flag }, ['tags', 'page', 'has_additional']),
        ...problems,
      },
    }),
  ],
});
