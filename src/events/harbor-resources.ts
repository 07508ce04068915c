import { z } from 'zod';
import type { RegistryEvent } from '../model/registry-event.ts';
import { digestField, repositoryField, tagField } from './event-fields.ts';
import { toEvent } from './to-event.ts';

/** Harbor's `event_data`, which TCR sends, too: the repository, and what of it was pushed or deleted. */
export const harborResourcesSchema = z.object({
  repository: z.object({ repo_full_name: repositoryField }),
  resources: z.array(z.object({ digest: digestField, tag: tagField })).default([]),
});

/** One event for each resource, or one for the repository where none is named. */
export function eventsOfResources(
  kind: RegistryEvent['kind'],
  { repository: { repo_full_name: repository }, resources }: z.infer<typeof harborResourcesSchema>,
  at: Date | undefined,
): readonly RegistryEvent[] {
  if (resources.length === 0) return [toEvent({ kind, repository, tag: undefined, at })];
  return resources.map(({ tag, digest }) =>
    // Harbor writes the digest for the tag where there is none.
    toEvent({ kind, repository, tag: tag === digest ? undefined : tag, digest, at }),
  );
}
