import { AppError } from '../model/app-error.ts';
import type { RunningImage } from '../model/running-image.ts';
import { createBell } from './create-bell.ts';
import { followPods } from './follow-pods.ts';
import { createJsonClient } from './json-client.ts';
import { inClusterEndpoint, kubeconfigEndpoint } from './kubeconfig.ts';
import { createNodePlatforms, type NodePlatforms } from './node-platforms.ts';
import { reportChanges } from './report-changes.ts';
import type { RunningPod } from './running-in-pod.ts';
import type { RuntimeSource } from './runtime-source.ts';

export interface KubernetesPlace {
  readonly kubeconfig: 'in-cluster' | string;
  readonly context?: string;
}

/** All pods of one Kubernetes cluster. */
export function createKubernetesSource(name: string, { kubeconfig, context }: KubernetesPlace): RuntimeSource {
  return {
    name,
    follow: async (report, signal) => {
      const endpoint = await (kubeconfig === 'in-cluster'
        ? inClusterEndpoint(name)
        : kubeconfigEndpoint(name, kubeconfig, context));
      const client = createJsonClient(endpoint);
      const ended = new AbortController();
      const until = AbortSignal.any([signal, ended.signal]);
      const pods = new Map<string, RunningPod>();
      const bell = createBell();
      const listed = Promise.withResolvers<void>();
      const onChange = () => {
        listed.resolve();
        bell.ring();
      };
      const platforms = createNodePlatforms(client, until);
      const tell = async (): Promise<never> => {
        await listed.promise;
        return reportChanges(() => toRunningImages(pods, platforms), report, bell, until);
      };
      try {
        return await Promise.race([followPods({ client, pods, onChange, signal: until, label: name }), tell()]);
      } finally {
        ended.abort();
        await client.close();
      }
    },
  };
}

const MOST_IMAGES = 50_000;

/** Containers of the same content, and of nodes of the same platform, are one image. */
async function toRunningImages(
  pods: ReadonlyMap<string, RunningPod>,
  platforms: NodePlatforms,
): Promise<readonly RunningImage[]> {
  const images = new Map<string, RunningImage>();
  for (const { node, containers } of pods.values()) {
    if (containers.length === 0) continue;
    const platform = await platforms.of(node);
    for (const { digest, reference } of containers) {
      const key = `${platform ?? ''} ${digest ?? ''} ${reference}`;
      const before = images.get(key);
      images.set(key, {
        digests: digest ? [digest] : [],
        reference,
        ...(platform === undefined ? {} : { platform }),
        containers: (before?.containers ?? 0) + 1,
      });
    }
  }
  if (images.size > MOST_IMAGES)
    throw new AppError('limit-exceeded', `more than ${MOST_IMAGES} different images run: too many to be believed`);
  return [...images.values()];
}
