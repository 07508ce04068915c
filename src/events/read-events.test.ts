import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_EVENTS, readEvents } from './read-events.ts';
import { eventSenders } from './senders/index.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const other = `sha256:${'b'.repeat(64)}`;
const read = (body: unknown) => readEvents(eventSenders, Buffer.from(JSON.stringify(body)));
const eventsOf = (body: unknown) => {
  const reading = read(body);
  if (reading.kind !== 'events') throw new Error(`the body is ${reading.kind}`);
  return reading;
};

const manifestType = 'application/vnd.docker.distribution.manifest.v2+json';
const notification = (action: string, target: object) => ({
  id: '320678d8-ca14-430f-8bb6-4ca139cd83f7',
  timestamp: '2026-11-25T10:00:00.123456789Z',
  action,
  target: { repository: 'team/app', ...target },
  request: { id: 'r', addr: '192.0.2.64:42961', host: 'registry:5000', method: 'PUT', useragent: 'curl/8' },
  actor: {},
  source: { addr: 'registry:5000', instanceID: 'i' },
});
const harborBody = (type: string, resources: readonly object[]) => ({
  type,
  occur_at: 1_764_064_800,
  operator: 'admin',
  event_data: {
    resources,
    repository: {
      date_created: 1_764_064_000,
      name: 'app',
      namespace: 'team',
      repo_full_name: 'team/app',
      repo_type: 'private',
    },
  },
});
const resource = { digest, tag: '1.0', resource_url: 'harbor.example.com/team/app:1.0' };
const at = new Date('2025-11-25T10:00:00Z');
const jfrogData = {
  repo_key: 'docker-local',
  path: 'team/app/1.0/list.manifest.json',
  name: 'list.manifest.json',
  sha256: 'a'.repeat(64),
  size: 1206,
  image_name: 'team/app',
  tag: '1.0',
  platforms: [{ architecture: 'amd64', os: 'linux' }],
};
const packageVersion = (tag: string) => ({
  id: 1,
  version: digest,
  name: digest,
  container_metadata: { tag: { name: tag, digest }, labels: {}, manifest: {} },
  package_url: `ghcr.io/team/app:${tag}`,
});
const githubPackage = (version: object) => ({
  id: 7,
  name: 'app',
  namespace: 'Team',
  ecosystem: 'CONTAINER',
  package_type: 'CONTAINER',
  owner: { login: 'Team', id: 3 },
  updated_at: '2025-11-25T10:00:00Z',
  package_version: version,
});
const nexusBody = (action: string, format: string) => ({
  timestamp: '2025-11-25T10:00:00.000+00:00',
  nodeId: '7FFA7361-6ED33978-36997BD4-47095CC4-331356BE',
  initiator: 'admin/192.0.2.5',
  repositoryName: 'docker-hosted',
  action,
  component: { id: '08909bf0c86cf6c9600aade89e1c5e25', componentId: 'x', format, name: 'team/app', version: '1.0' },
});
const pubSub = (data: object) => ({
  message: {
    data: Buffer.from(JSON.stringify(data)).toString('base64'),
    messageId: '136969346945',
    publishTime: '2025-11-25T10:00:00Z',
  },
  subscription: 'projects/team/subscriptions/plimsoll',
});
const ecrBody = (detail: object) => ({
  version: '0',
  id: '13cde686-328b-6117-af20-0e5566167482',
  'detail-type': 'ECR Image Action',
  source: 'aws.ecr',
  account: '123456789012',
  time: '2025-11-25T10:00:00Z',
  region: 'us-west-2',
  resources: [],
  detail: { result: 'SUCCESS', 'repository-name': 'team/app', 'image-digest': digest, ...detail },
});

const pushed = { kind: 'pushed', repository: 'team/app' } as const;
const deleted = { kind: 'deleted', repository: 'team/app' } as const;

const forms: readonly [title: string, sender: string, body: unknown, events: readonly object[]][] = [
  [
    'a pushed tag, its blobs and our own pull',
    'distribution',
    {
      events: [
        notification('push', { mediaType: 'application/octet-stream', digest: other, size: 5 }),
        notification('push', { mediaType: manifestType, digest, tag: '1.0', size: 708 }),
        notification('pull', { mediaType: manifestType, digest, tag: '1.0' }),
        notification('mount', { mediaType: 'application/octet-stream', digest: other, fromRepository: 'team/base' }),
      ],
    },
    [{ ...pushed, tag: '1.0', digest, at: new Date('2026-11-25T10:00:00.123Z') }],
  ],
  [
    'a delete, once by digest and once by tag',
    'distribution',
    {
      events: [
        { ...notification('delete', {}), timestamp: undefined, target: { digest, repository: 'team/app' } },
        { action: 'delete', target: { repository: 'team/app', tag: '1.0' } },
      ],
    },
    [
      { ...deleted, digest },
      { ...deleted, tag: '1.0' },
    ],
  ],
  [
    'the second envelope, with an index and an artifact that refers to it',
    'distribution',
    {
      events: [
        notification('push', {
          mediaType: 'application/vnd.oci.image.index.v1+json',
          digest,
          tag: '1.0',
          references: [{ mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: other, size: 7 }],
          url: 'https://registry/v2/team/app/manifests/1.0',
        }),
      ],
    },
    [{ ...pushed, tag: '1.0', digest, at: new Date('2026-11-25T10:00:00.123Z') }],
  ],
  ['a push', 'harbor', harborBody('PUSH_ARTIFACT', [resource]), [{ ...pushed, tag: '1.0', digest, at }]],
  [
    'a deleted artifact, which Harbor calls by its digest',
    'harbor',
    harborBody('DELETE_ARTIFACT', [{ digest, tag: digest, resource_url: `harbor.example.com/team/app@${digest}` }]),
    [{ ...deleted, digest, at }],
  ],
  ['a pull', 'harbor', harborBody('PULL_ARTIFACT', [resource]), []],
  ['a finished scan', 'harbor', harborBody('SCANNING_COMPLETED', [resource]), []],
  [
    'a push as CloudEvents',
    'harbor-cloud-events',
    {
      specversion: '1.0',
      id: '66e18103-09c1-41f6-982f-37df223f3eeb',
      requestid: '51c0b694-0168-4f3c-b0db-282565455d7b',
      source: '/projects/2/webhook/policies/15',
      type: 'harbor.artifact.pushed',
      datacontenttype: 'application/json',
      time: '2025-11-25T10:00:00Z',
      data: harborBody('', [resource]).event_data,
      operator: 'admin',
    },
    [{ ...pushed, tag: '1.0', digest, at }],
  ],
  [
    'a quota as CloudEvents',
    'harbor-cloud-events',
    { specversion: '1.0', type: 'harbor.quota.exceeded', data: {} },
    [],
  ],
  [
    'tags that were updated',
    'quay',
    {
      name: 'app',
      repository: 'team/app',
      namespace: 'team',
      docker_url: 'quay.io/team/app',
      homepage: 'https://quay.io/repository/team/app',
      updated_tags: ['latest', '1.0'],
    },
    [
      { ...pushed, tag: 'latest' },
      { ...pushed, tag: '1.0' },
    ],
  ],
  [
    'a build that was queued',
    'quay',
    { build_id: 'b', name: 'app', repository: 'team/app', namespace: 'team', docker_url: 'quay.io/team/app' },
    [],
  ],
  [
    'a push',
    'jfrog',
    { domain: 'docker', event_type: 'pushed', data: jfrogData, subscription_key: 'k', jpd_origin: 'https://a' },
    [
      { ...pushed, tag: '1.0' },
      { ...pushed, repository: 'docker-local/team/app', tag: '1.0' },
    ],
  ],
  [
    'a deletion without an envelope',
    'jfrog',
    { event_type: 'deleted', ...jfrogData },
    [
      { ...deleted, tag: '1.0' },
      { ...deleted, repository: 'docker-local/team/app', tag: '1.0' },
    ],
  ],
  ['an artifact of another domain', 'jfrog', { domain: 'artifact', event_type: 'deployed', data: {} }, []],
  [
    'a push',
    'azure',
    {
      id: 'cb8c3971-9adc-488b-bdd8-43cbb4974ff5',
      timestamp: '2025-11-25T10:00:00.000000Z',
      action: 'push',
      target: { mediaType: manifestType, size: 524, digest, length: 524, repository: 'team/app', tag: '1.0' },
      request: { id: 'a', host: 'example.azurecr.io', method: 'PUT', useragent: 'docker/27' },
    },
    [{ ...pushed, tag: '1.0', digest, at }],
  ],
  [
    'a deletion',
    'azure',
    {
      id: 'afc359ce-df7f-4e32-bdde-1ff8aa80927b',
      timestamp: '2025-11-25T10:00:00Z',
      action: 'delete',
      target: { mediaType: manifestType, digest, repository: 'team/app' },
      request: { id: 'a', host: 'example.azurecr.io', method: 'DELETE', useragent: 'python-requests/2.18.4' },
    },
    [{ ...deleted, digest, at }],
  ],
  ['a ping', 'azure', { id: 'a', timestamp: '2025-11-25T10:00:00Z', action: 'ping' }, []],
  [
    'a published version',
    'ghcr',
    { action: 'published', registry_package: githubPackage(packageVersion('1.0')), organization: {}, sender: {} },
    [{ ...pushed, tag: '1.0', digest, at }],
  ],
  [
    'a version without a tag',
    'ghcr',
    { action: 'published', package: githubPackage(packageVersion('')) },
    [{ ...pushed, digest, at }],
  ],
  [
    'a package of npm',
    'ghcr',
    { action: 'published', registry_package: { ...githubPackage({}), package_type: 'npm' } },
    [],
  ],
  ['a ping', 'ghcr', { zen: 'Keep it logically awesome.', hook_id: 1, hook: {} }, []],
  [
    'a push',
    'dockerhub',
    {
      callback_url: 'https://registry.hub.docker.com/u/team/app/hook/2141b5bi5i5b02bec211i4eeih0242eg11000a/',
      push_data: { pushed_at: 1_764_064_800, pusher: 'ci', tag: '1.0', images: [] },
      repository: { name: 'app', namespace: 'team', repo_name: 'team/app', status: 'Active', is_private: true },
    },
    [{ ...pushed, tag: '1.0', at }],
  ],
  ['a push', 'tcr', harborBody('pushImage', [resource]), [{ ...pushed, tag: '1.0', digest, at }]],
  ['a deletion', 'tcr', harborBody('deleteImage', [resource]), [{ ...deleted, tag: '1.0', digest, at }]],
  ['a chart', 'tcr', harborBody('uploadChart', [resource]), []],
  ['a push', 'aws', ecrBody({ 'action-type': 'PUSH', 'image-tag': '1.0' }), [{ ...pushed, tag: '1.0', digest, at }]],
  ['a deletion', 'aws', ecrBody({ 'action-type': 'DELETE' }), [{ ...deleted, digest, at }]],
  ['a push that failed', 'aws', ecrBody({ 'action-type': 'PUSH', result: 'FAILURE' }), []],
  ['a scan', 'aws', { ...ecrBody({}), 'detail-type': 'ECR Image Scan' }, []],
  [
    'a tag',
    'google',
    pubSub({ action: 'INSERT', tag: 'us-docker.pkg.dev/team/app:1.0', digest: `us-docker.pkg.dev/team/app@${digest}` }),
    [{ ...pushed, tag: '1.0', digest, at }],
  ],
  [
    'a deleted digest',
    'google',
    pubSub({ action: 'DELETE', digest: `us-docker.pkg.dev/team/app@${digest}` }),
    [{ ...deleted, digest, at }],
  ],
  ['another message', 'google', pubSub({ hello: 'world' }), []],
  ['a component', 'nexus', nexusBody('CREATED', 'docker'), [{ ...pushed, tag: '1.0', at }]],
  ['a component that was deleted', 'nexus', nexusBody('DELETED', 'docker'), [{ ...deleted, tag: '1.0', at }]],
  ['a component of Maven', 'nexus', nexusBody('CREATED', 'maven2'), []],
];

test.for(forms)('%s, as %s sends it', ([, sender, body, events]) => {
  expect(eventsOf(body)).toEqual({ kind: 'events', sender, events });
});

test.for(forms)('%s, as %s sends it, is of no other form', ([, sender, body]) => {
  const takers = eventSenders.filter((each) => each.read(body) !== undefined).map(({ name }) => name);

  expect(takers).toEqual([sender]);
});

test('every sender is tried', () => {
  expect(new Set(forms.map(([, sender]) => sender))).toEqual(new Set(eventSenders.map(({ name }) => name)));
});

describe('what is no event', () => {
  test.for([
    ['nothing', ''],
    ['half a body', '{"events":['],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['another form', '{"hello":"world"}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['deep nesting', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
  ] as const)('%s is unreadable', ([, body]) => {
    expect(readEvents(eventSenders, Buffer.from(body))).toEqual({ kind: 'unreadable' });
  });

  test('more than the most at once are refused before they are read', () => {
    const many = (count: number) => ({
      events: Array.from({ length: count }, () => notification('pull', { tag: '1.0' })),
    });

    expect(read(many(MOST_EVENTS + 1))).toEqual({ kind: 'too-many' });
    expect(eventsOf(many(MOST_EVENTS)).events).toEqual([]);
    expect(read(harborBody('PUSH_ARTIFACT', Array(MOST_EVENTS + 1).fill(resource)))).toEqual({ kind: 'too-many' });
  });

  test.for(['../../etc', 'Team/App', 'a//b', '', 'a'.repeat(256), 'team/app?n=1', 'team/app\n'])(
    'the repository %j is nobody’s name',
    (repository) => {
      expect(eventsOf({ events: [{ action: 'push', target: { repository, tag: '1.0' } }] }).events).toEqual([]);
    },
  );

  test('a tag that cannot be one is as good as none', () => {
    const { events } = eventsOf({ events: [{ action: 'delete', target: { repository: 'team/app', tag: '../x' } }] });

    expect(events).toEqual([deleted]);
  });

  test('whatever is sent, what comes out is names', () => {
    const bodies = forms.map(([, , body]) => body);
    const hostile = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constantFrom('../x', 'a/../../b', null));
    const anything = fc.oneof(
      fc.jsonValue(),
      fc
        .tuple(fc.constantFrom(...bodies), fc.nat(), hostile)
        .map(([body, at, value]) => replaceLeaf(structuredClone(body), at, value)),
    );
    fc.assert(
      fc.property(anything, (body) => {
        const reading = read(body);
        for (const event of reading.kind === 'events' ? reading.events : []) {
          expect(event.repository).toMatch(/^[a-z0-9][a-z0-9._/-]*$/);
          expect(event.tag ?? 'latest').toMatch(/^\w[\w.-]{0,127}$/);
          expect(event.at?.getTime() ?? 0).not.toBeNaN();
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

/** The document with one of its leaves replaced. */
function replaceLeaf(document: unknown, at: number, value: unknown): unknown {
  const leaves: [holder: Record<string, unknown>, key: string][] = [];
  const visit = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      leaves.push([node as Record<string, unknown>, key]);
      visit(child);
    }
  };
  visit(document);
  const leaf = leaves[at % Math.max(1, leaves.length)];
  if (leaf) leaf[0][leaf[1]] = value;
  return document;
}
