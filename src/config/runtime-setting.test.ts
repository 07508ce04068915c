import { expect, test } from 'vitest';
import { parseRuntimeSettings, runtimeExamples } from './runtime-setting.ts';

test('every example is one source, and all are a list', () => {
  expect(parseRuntimeSettings(runtimeExamples.join(', '))).toEqual([
    { name: runtimeExamples[0], kind: 'docker', socketPath: '/var/run/docker.sock' },
    {
      name: runtimeExamples[1],
      kind: 'docker',
      url: 'https://build-1:2376',
      certificates: '/etc/plimsoll/docker',
    },
    { name: 'kubernetes:in-cluster', kind: 'kubernetes', kubeconfig: 'in-cluster' },
    { name: runtimeExamples[3], kind: 'kubernetes', kubeconfig: '/etc/plimsoll/kubeconfig', context: 'staging' },
    { name: 'edge-7', kind: 'docker', socketPath: '/run/podman/podman.sock' },
    { name: runtimeExamples[5], kind: 'cri', socketPath: '/run/containerd/containerd.sock' },
  ]);
});

test('Docker speaks TLS on its port for it, and where certificates are given', () => {
  const urls = parseRuntimeSettings('docker:tcp://a:2375, docker:tcp://b:2376, docker:tcp://c:9000?certs=/c');

  expect(urls?.map((source) => 'url' in source && source.url)).toEqual([
    'http://a:2375',
    'https://b:2376',
    'https://c:9000',
  ]);
});

test.for([
  'podman',
  'docker:',
  'docker:unix:relative.sock',
  'docker:tcp://host',
  'docker:tcp://user@host:2376',
  'docker:https://host:2376',
  'cri:',
  'cri:/run/crio/crio.sock',
  'cri:unix:relative.sock',
  'cri:tcp://host:2376',
  'kubernetes:',
  'kubernetes:kubeconfig',
  'kubernetes:/kubeconfig#',
  'kubernetes:in-cluster, kubernetes:in-cluster',
  'bad name=kubernetes:in-cluster',
])('%s is refused', (text) => {
  expect(parseRuntimeSettings(text)).toBeUndefined();
});
