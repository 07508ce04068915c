import { createDescription } from '../../published/create-description.ts';
import { anyObject, atMost, call, flag, list, object, oneOf, text, time } from '../../published/words.ts';

const errors = object({ errors: list(object({ code: text, message: text, detail: anyObject })) });
const changeable = object({ deleteEnabled: flag, writeEnabled: flag, listEnabled: flag, readEnabled: flag });
const tag = object(
  {
    name: text,
    digest: text,
    createdTime: time,
    lastUpdateTime: time,
    signed: flag,
    changeableAttributes: changeable,
  },
  ['name', 'digest', 'createdTime', 'lastUpdateTime', 'changeableAttributes'],
);
const token = object({ access_token: text });
const version = { 'api-version': text };
// The description has no limit: https://learn.microsoft.com/rest/api/containerregistry has.
const page = { last: text, n: atMost(1_000), ...version };
const tokenPath = '/oauth2/token';

export const azureApi = createDescription({
  source:
    'Azure/azure-rest-api-specs at 16c9ca76, specification/containerregistry/data-plane/Azure.ContainerRegistry/stable/2021-07-01/containerregistry.json',
  licence: 'MIT, Copyright (c) Microsoft Corporation',
  operations: [
    call({
      method: 'GET',
      path: '/acr/v1/_catalog',
      // The order is not described for this list, and yet in the links to its pages.
      query: { ...page, orderby: text },
      answers: { 200: object({ repositories: list(text), link: text }), default: errors },
    }),
    call({
      method: 'GET',
      path: '/acr/v1/{name}/_tags',
      slashes: ['name'],
      query: { ...page, orderby: text, digest: text },
      answers: {
        200: object({ registry: text, imageName: text, tags: list(tag), link: text }, [
          'registry',
          'imageName',
          'tags',
        ]),
        default: errors,
      },
    }),
    call({
      method: 'GET',
      path: tokenPath,
      query: { service: text, scope: text },
      // The scope is required, too; yet the challenge to /v2/ names none, and `docker login` sends none.
      required: ['service'],
      answers: { 200: token, default: errors },
    }),
    call({
      method: 'POST',
      path: tokenPath,
      query: version,
      body: object(
        {
          service: text,
          scope: text,
          refresh_token: text,
          grant_type: oneOf('refresh_token', 'password'),
          // Of OAuth 2 for registries, and so sent by Docker: https://distribution.github.io/distribution/spec/auth/oauth/
          client_id: text,
        },
        ['service', 'scope', 'refresh_token', 'grant_type'],
      ),
      answers: { 200: token, default: errors },
    }),
    call({
      method: 'POST',
      path: '/oauth2/exchange',
      query: version,
      body: object(
        {
          grant_type: oneOf('access_token_refresh_token', 'access_token', 'refresh_token'),
          service: text,
          tenant: text,
          refresh_token: text,
          access_token: text,
        },
        ['grant_type', 'service'],
      ),
      answers: { 200: object({ refresh_token: text }), default: errors },
    }),
  ],
});
