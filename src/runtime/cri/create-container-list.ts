import { z } from 'zod';
import { MOST_CONTAINERS } from '../runtime-source.ts';
import type { CriClient } from './cri-client.ts';

const Name = z.string().max(1_024);
const Answer = z.object({
  containers: z
    .array(
      z.object({
        id: z.string().max(256),
        image: z.object({ image: Name, userSpecifiedImage: Name }).nullish(),
        imageRef: Name,
        imageId: Name,
        state: z.union([z.string().max(50), z.number()]),
      }),
    )
    .max(MOST_CONTAINERS),
});

/** A container that runs, as its runtime names it. */
export type CriContainer = z.infer<typeof Answer>['containers'][number];

export interface ContainerList {
  /** All that run; the pause containers of pods are none. @throws AppError */
  read(): Promise<readonly CriContainer[]>;
  /** Whether others run than were read last. @throws AppError */
  hasChanged(): Promise<boolean>;
}

export function createContainerList(client: CriClient, signal: AbortSignal): ContainerList {
  let idsRead: string | undefined;
  const list = async () => {
    const request = { filter: { state: { state: 'CONTAINER_RUNNING' } } };
    const { containers } = await client.ask('RuntimeService/ListContainers', request, Answer, signal);
    return containers.filter(({ state }) => state === 'CONTAINER_RUNNING');
  };
  return {
    read: async () => {
      const containers = await list();
      idsRead = idsOf(containers);
      return containers;
    },
    hasChanged: async () => idsOf(await list()) !== idsRead,
  };
}

function idsOf(containers: readonly CriContainer[]): string {
  return containers
    .map(({ id }) => id)
    .sort()
    .join();
}
