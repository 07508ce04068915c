import { z } from 'zod';
import { digestField, repositoryField, tagField, timeField } from '../event-fields.ts';
import type { EventSender } from '../event-sender.ts';
import { toEvent } from '../to-event.ts';

const packageSchema = z.object({
  name: z.string().max(255),
  namespace: z.string().max(255).optional().catch(undefined),
  package_type: z.string().regex(/^container$/i),
  owner: z.object({ login: z.string().max(255) }).optional(),
  updated_at: timeField,
  package_version: z
    .object({
      version: digestField,
      container_metadata: z
        .object({ tag: z.object({ name: tagField }).optional().catch(undefined) })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
});
const bodySchema = z.union([
  z.object({ action: z.string().max(40), package: packageSchema }),
  z
    .object({ action: z.string().max(40), registry_package: packageSchema })
    .transform(({ action, registry_package }) => ({ action, package: registry_package })),
]);
/** Whatever else GitHub sends: a ping has a `zen`, packages of other kinds have an action. */
const otherSchema = z.union([
  z.object({ zen: z.string().max(1_000), hook_id: z.number() }),
  z.object({ action: z.string().max(40), package: z.object({ name: z.string() }) }),
  z.object({ action: z.string().max(40), registry_package: z.object({ name: z.string() }) }),
]);

/**
 * GitHub's container registry: `package` and `registry_package`. There is no event of a deletion.
 * https://docs.github.com/webhooks/webhook-events-and-payloads#registry_package
 */
export const ghcr: EventSender = {
  name: 'ghcr',
  read: (body) => {
    const parsed = bodySchema.safeParse(body);
    if (!parsed.success) return otherSchema.safeParse(body).success ? [] : undefined;
    const { name, namespace, owner, package_version: version, updated_at: at } = parsed.data.package;
    const repository = repositoryField.safeParse(`${owner?.login ?? namespace}/${name}`.toLowerCase());
    if (!repository.success) return [];
    const tag = version?.container_metadata?.tag?.name;
    return [toEvent({ kind: 'pushed', repository: repository.data, tag, digest: version?.version, at })];
  },
};
