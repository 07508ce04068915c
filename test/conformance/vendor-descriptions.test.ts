import { describe, expect, test } from 'vitest';
import type { AskedRequest } from '../support/published/operation.ts';
import { vendors } from '../support/vendors/index.ts';
import type { Vendor } from '../support/vendors/vendor.ts';

const get = (path: string): AskedRequest => ({
  method: 'GET',
  url: new URL(path, 'https://registry.example'),
  header: () => undefined,
  body: '',
});
const awsCall = (action: string, parameters: object): AskedRequest => ({
  method: 'POST',
  url: new URL('https://registry.example/'),
  header: (name) => (name === 'x-amz-target' ? `AmazonEC2ContainerRegistry_V20150921.${action}` : undefined),
  body: JSON.stringify(parameters),
});

interface Sample {
  /** A list that is as described. */
  readonly right: AskedRequest;
  /** The same with a parameter that there is not. */
  readonly unknown: AskedRequest;
  /** The same with a page that is too large. */
  readonly large?: AskedRequest;
  readonly answer: unknown;
  /** The answer with a field that there is not, or of another type. */
  readonly wrong: unknown;
}

const google = '/v1/projects/lab/locations/europe-west1/repositories';
const nexus = '/service/rest/v1/components';
const samples: Readonly<Record<string, Sample>> = {
  aws: {
    right: awsCall('DescribeRepositories', { maxResults: 1_000 }),
    unknown: awsCall('DescribeRepositories', { pageSize: 10 }),
    large: awsCall('DescribeRepositories', { maxResults: 1_001 }),
    answer: { repositories: [{ repositoryName: 'team-a/app', createdAt: 1_700_000_000.5 }] },
    wrong: { repositories: [{ repositoryName: 'team-a/app', createdAt: '2026-01-01T00:00:00Z' }] },
  },
  azure: {
    right: get('/acr/v1/_catalog?n=1000'),
    unknown: get('/acr/v1/_catalog?page=2'),
    large: get('/acr/v1/_catalog?n=1001'),
    answer: { repositories: ['team-a/app'] },
    wrong: { repositories: [{ name: 'team-a/app' }] },
  },
  dockerhub: {
    right: get('/v2/namespaces/acme/repositories?page=1&page_size=100'),
    unknown: get('/v2/namespaces/acme/repositories?limit=10'),
    large: get('/v2/namespaces/acme/repositories?page_size=101'),
    answer: { count: 1, next: null, previous: null, results: [{ name: 'app' }] },
    wrong: { count: 1, next: null, previous: null, results: [{ title: 'app' }] },
  },
  ghcr: {
    right: get('/user/orgs?page=2&per_page=100'),
    unknown: get('/user/orgs?limit=10'),
    large: get('/user/orgs?per_page=101'),
    answer: [],
    wrong: [{ login: 'acme' }],
  },
  gitlab: {
    right: get('/api/v4/projects?membership=true&page=1&per_page=100'),
    unknown: get('/api/v4/projects?mine=true'),
    large: get('/api/v4/projects?per_page=101'),
    answer: [],
    wrong: [{ id: 'one' }],
  },
  google: {
    right: get(`${google}?pageSize=1000`),
    unknown: get(`${google}?maxResults=10`),
    large: get(`${google}?pageSize=1001`),
    answer: { repositories: [{ name: 'a', format: 'DOCKER', sizeBytes: '4096' }] },
    wrong: { repositories: [{ name: 'a', format: 'DOCKER', sizeBytes: 4_096 }] },
  },
  harbor: {
    right: get('/api/v2.0/projects?page=1&page_size=100'),
    unknown: get('/api/v2.0/projects?limit=10'),
    large: get('/api/v2.0/projects?page_size=101'),
    answer: [{ name: 'team-a', project_id: 1 }],
    wrong: [{ name: 'team-a', project_id: 'one' }],
  },
  nexus: {
    right: get(`${nexus}?repository=docker-hosted`),
    unknown: get(`${nexus}?repository=docker-hosted&limit=10`),
    answer: { items: [], continuationToken: null },
    wrong: { items: [], nextToken: null },
  },
  quay: {
    right: get('/api/v1/repository/team-a/app/tag/?limit=100'),
    unknown: get('/api/v1/repository/team-a/app/tag/?per_page=100'),
    large: get('/api/v1/repository/team-a/app/tag/?limit=101'),
    answer: { tags: [], page: 1, has_additional: false },
    wrong: { tags: [], page: 1 },
  },
};

// Artifactory publishes no description; Tencent's SDK has types, which the answers of `tcr` and `ccr` have at compile time.
const undescribed = ['ccr', 'jfrog', 'tcr'];

test('every vendor with a published description has it', () => {
  expect(vendors.filter(({ described }) => !described).map(({ name }) => name)).toEqual(undescribed);
  expect(Object.keys(samples)).toEqual(vendors.flatMap(({ name, described }) => (described ? [name] : [])));
});

describe.each(vendors.flatMap((vendor): [string, Vendor][] => (vendor.described ? [[vendor.name, vendor]] : [])))(
  'the description of %s',
  (name, { described }) => {
    const sample = samples[name];
    if (sample === undefined || described === undefined) throw new Error(`no sample of ${name}`);
    const { right, unknown, large, answer, wrong } = sample;

    test('says where it is from', () => {
      expect(described.source).toMatch(/\d/);
    });

    test('has nothing against what is as it says', () => {
      expect(described.faultsOf(right, { status: 200, body: answer })).toEqual([]);
      expect(described.knows(right)).toBe(true);
    });

    test('finds a parameter that there is not', () => {
      expect(described.faultsOf(unknown)).toHaveLength(1);
    });

    test.skipIf(large === undefined)('finds a page that is too large', () => {
      expect(described.faultsOf(large ?? right)).toEqual([expect.stringMatching(/<= (?:100|1000)\b/)]);
    });

    test('finds a wrong answer, a status and a call that it does not have', () => {
      expect(described.faultsOf(right, { status: 200, body: wrong })).not.toEqual([]);
      expect(described.faultsOf(get('/no/such/call'))).toEqual(['GET /no/such/call: there is no such call']);
    });
  },
);

test('a status that is not described is a fault, but for that of gateways that limit', () => {
  const faultsOf = (status: number) =>
    vendors.find(({ name }) => name === 'harbor')?.described?.faultsOf(get('/api/v2.0/projects'), { status, body: {} });

  expect(faultsOf(418)).toEqual(['GET /api/v2.0/projects: status 418 is not described']);
  expect(faultsOf(429)).toEqual([]);
});

test('a required parameter must be there', () => {
  const described = vendors.find(({ name }) => name === 'nexus')?.described;

  expect(described?.faultsOf(get(nexus))).toEqual([`GET ${nexus}: the query lacks repository`]);
});
