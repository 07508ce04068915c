import { z } from 'zod';
import type { Digest } from '../model/digest.ts';
import { toDigest } from '../oci/to-digest.ts';

const ContainerStatus = z.object({
  image: z.string().max(1_024).catch(''),
  imageID: z.string().max(2_048).catch(''),
  state: z.object({ running: z.unknown().optional() }).nullish(),
});
const Statuses = z.array(ContainerStatus).max(1_000).nullish();

/** What of a pod matters here: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ */
export const Pod = z.object({
  metadata: z.object({ uid: z.string().max(200), resourceVersion: z.string().max(200).optional() }),
  spec: z.object({ nodeName: z.string().max(300).optional() }).optional(),
  status: z
    .object({
      initContainerStatuses: Statuses,
      containerStatuses: Statuses,
      ephemeralContainerStatuses: Statuses,
    })
    .optional(),
});

export interface RunningContainer {
  readonly reference: string;
  readonly digest?: Digest;
}

export interface RunningPod {
  readonly node: string;
  readonly containers: readonly RunningContainer[];
}

/** The containers of a pod that run now; those that wait, restart or have ended do not. */
export function runningInPod({ spec, status }: z.infer<typeof Pod>): RunningPod {
  const statuses = [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ];
  const containers = statuses
    .filter(({ state }) => state?.running !== undefined && state.running !== null)
    .map(({ image, imageID }) => {
      const digest = toDigest(imageID) ?? toDigest(image);
      return { reference: image || imageID, ...(digest ? { digest } : {}) };
    });
  return { node: spec?.nodeName ?? '', containers };
}
