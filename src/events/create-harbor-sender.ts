import { z } from 'zod';
import type { RegistryEvent } from '../model/registry-event.ts';
import { secondsField } from './event-fields.ts';
import type { EventSender } from './event-sender.ts';
import { eventsOfResources, harborResourcesSchema } from './harbor-resources.ts';

/**
 * What sends Harbor's default envelope. `types`: how its types are spelt; those that are not in `kinds` (pulls, scans, quotas,
 * charts) are no news of an image.
 */
export function createHarborSender(
  name: string,
  types: RegExp,
  kinds: Readonly<Record<string, RegistryEvent['kind']>>,
): EventSender {
  const envelopeSchema = z.object({ type: z.string().regex(types), occur_at: secondsField, event_data: z.unknown() });
  return {
    name,
    read: (body) => {
      const envelope = envelopeSchema.safeParse(body);
      if (!envelope.success || envelope.data.event_data === undefined) return undefined;
      const kind = kinds[envelope.data.type];
      if (!kind) return [];
      const data = harborResourcesSchema.safeParse(envelope.data.event_data);
      return data.success ? eventsOfResources(kind, data.data, envelope.data.occur_at) : undefined;
    },
  };
}
