import { z } from 'zod';
import type { RegistryEvent } from '../../model/registry-event.ts';
import { secondsField } from '../event-fields.ts';
import type { EventSender } from '../event-sender.ts';
import { eventsOfResources, harborResourcesSchema } from '../harbor-resources.ts';

const kinds: Readonly<Record<string, RegistryEvent['kind']>> = {
  PUSH_ARTIFACT: 'pushed',
  CREATE_TAG: 'pushed',
  DELETE_ARTIFACT: 'deleted',
  DELETE_TAG: 'deleted',
};

/** Other types (pulls, scans, quotas) are no news of an image. */
const envelopeSchema = z.object({
  type: z.string().regex(/^[A-Z]+(?:_[A-Z]+)*$/),
  occur_at: secondsField,
  event_data: z.unknown(),
});

/** Harbor 2, in its default format. https://goharbor.io/docs/main/working-with-projects/project-configuration/configure-webhooks/ */
export const harbor: EventSender = {
  name: 'harbor',
  read: (body) => {
    const envelope = envelopeSchema.safeParse(body);
    if (!envelope.success || envelope.data.event_data === undefined) return undefined;
    const kind = kinds[envelope.data.type];
    if (!kind) return [];
    const data = harborResourcesSchema.safeParse(envelope.data.event_data);
    return data.success ? eventsOfResources(kind, data.data, envelope.data.occur_at) : undefined;
  },
};
