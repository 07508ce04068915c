import { existsSync, readFileSync } from 'node:fs';
import { load, loadAll } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { settings } from '../../src/config/settings.ts';

// No engine reads these files in the tests; what can be told without one is told here.

const known = new Set<string>(Object.values(settings).map(({ name }) => name));
const settingsIn = (text: string) => [...new Set(text.match(/\bPLIMSOLL_[A-Z_]+[A-Z]\b/g) ?? [])];

test.each([
  'deploy/Dockerfile',
  'deploy/compose.yaml',
  'deploy/kubernetes/plimsoll.yaml',
  'deploy/kubernetes/watch-pods.yaml',
  'deploy/systemd/plimsoll-report.service',
])('%s sets nothing that is no setting', (path) => {
  const named = settingsIn(readFileSync(path, 'utf8'));

  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

test('the Dockerfile copies what is there, runs without root, and asks for its health', () => {
  const lines = readFileSync('deploy/Dockerfile', 'utf8').split('\n');
  const copied = lines.flatMap((line) =>
    (/^COPY (?!--from)(.+) \S+$/.exec(line)?.[1] ?? '').split(' ').filter(Boolean),
  );

  expect(copied.length).toBeGreaterThan(3);
  expect(copied.filter((path) => !existsSync(path))).toEqual([]);
  expect(lines).toContain('USER 10001:10001');
  expect(lines.some((line) => line.startsWith('HEALTHCHECK'))).toBe(true);
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8'));
  const major = /^FROM node:(\d+)/m.exec(lines.join('\n'))?.[1];
  expect(Number(major)).toBeGreaterThanOrEqual(Number(/\d+/.exec(engines.node)?.[0]));
});

const mapValues = <T>(of: Readonly<Record<string, T>>, map: (value: T) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, map(value)]));

interface Service {
  /** The reader leaves YAML's merge key as it is. */
  readonly '<<'?: Service;
  readonly read_only?: boolean;
  readonly command?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

test('the compose file has the four parts, and ours cannot write to their root', () => {
  const file = load(readFileSync('deploy/compose.yaml', 'utf8')) as { services: Record<string, Service> };
  const services = mapValues(file.services, (service) => ({ ...service['<<'], ...service }));

  expect(Object.keys(services).sort()).toEqual(['clamd', 'postgres', 'server', 'worker']);
  for (const name of ['server', 'worker']) {
    expect(services[name]?.read_only).toBe(true);
    for (const needed of Object.keys(services[name]?.depends_on ?? {})) expect(services).toHaveProperty(needed);
  }
  expect([services.server?.command, services.worker?.command]).toEqual([['serve'], ['worker']]);
});

describe('the Kubernetes manifests', () => {
  type Manifest = Readonly<Record<string, never>> & {
    kind: string;
    metadata: { name: string; namespace: string };
    spec: never;
  };
  const manifests = loadAll(readFileSync('deploy/kubernetes/plimsoll.yaml', 'utf8')) as Manifest[];
  const deployments = manifests.filter(({ kind }) => kind === 'Deployment') as unknown as Deployment[];

  interface Deployment {
    readonly metadata: { readonly name: string };
    readonly spec: {
      readonly selector: { readonly matchLabels: object };
      readonly template: {
        readonly metadata: { readonly labels: object };
        readonly spec: {
          readonly securityContext: object;
          readonly volumes: readonly { readonly name: string }[];
          readonly containers: readonly {
            readonly securityContext: object;
            readonly ports: readonly { readonly name: string }[];
            readonly volumeMounts: readonly { readonly name: string }[];
            readonly livenessProbe: { readonly httpGet: { readonly path: string; readonly port: string } };
            readonly readinessProbe: { readonly httpGet: { readonly path: string; readonly port: string } };
          }[];
        };
      };
    };
  }

  test('are of kinds that belong together, each in the namespace', () => {
    expect(manifests.map(({ kind }) => kind).sort()).toEqual([
      'Deployment',
      'Deployment',
      'HorizontalPodAutoscaler',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Service',
    ]);
    for (const { metadata } of manifests) expect(metadata.namespace).toBe('plimsoll');
  });

  test('select their own pods, mount what there is, ask where something listens, and are of the restricted profile', () => {
    expect(deployments).toHaveLength(2);
    for (const { spec } of deployments) {
      const pod = spec.template.spec;
      expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const container of pod.containers) {
        expect(container.securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(pod.volumes).toEqual(container.volumeMounts.map(({ name }) => expect.objectContaining({ name })));
        const ports = container.ports.map(({ name }) => name);
        expect(ports).toContain(container.livenessProbe.httpGet.port);
        expect([container.livenessProbe.httpGet.path, container.readinessProbe.httpGet.path]).toEqual([
          '/healthz',
          '/readyz',
        ]);
      }
    }
  });

  test('what may watch pods may do that and nothing else, and the server becomes it', () => {
    const [account, role, binding] = loadAll(readFileSync('deploy/kubernetes/what-runs.yaml', 'utf8')) as {
      readonly metadata: { readonly name: string };
      readonly rules?: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
      readonly roleRef?: { readonly name: string };
      readonly subjects?: readonly { readonly name: string; readonly namespace: string }[];
    }[];
    const patch = load(readFileSync('deploy/kubernetes/watch-pods.yaml', 'utf8')) as {
      readonly spec: {
        readonly template: {
          readonly spec: {
            readonly serviceAccountName: string;
            readonly containers: readonly { readonly name: string }[];
          };
        };
      };
    };

    expect(role?.rules?.map(({ resources, verbs }) => [resources, verbs])).toEqual([
      [['pods'], ['get', 'list', 'watch']],
      [['nodes'], ['get']],
    ]);
    expect(binding?.roleRef?.name).toBe(role?.metadata.name);
    expect(binding?.subjects).toMatchObject([{ name: account?.metadata.name, namespace: 'plimsoll' }]);
    expect(patch.spec.template.spec.serviceAccountName).toBe(account?.metadata.name);
    expect(patch.spec.template.spec.containers.map(({ name }) => name)).toEqual(['plimsoll']);
  });
});
