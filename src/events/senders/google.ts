import { z } from 'zod';
import { digestField, repositoryField, tagField, timeField } from '../event-fields.ts';
import type { EventSender } from '../event-sender.ts';
import { toEvent } from '../to-event.ts';

const envelopeSchema = z.object({
  subscription: z.string().max(1_000),
  message: z.object({ data: z.base64().optional(), publishTime: timeField }),
});
/** Both as references with their host: `us-docker.pkg.dev/project/repository/image:1.0`. */
const changeSchema = z.object({
  action: z.enum(['INSERT', 'DELETE']),
  digest: z.string().max(1_000).optional(),
  tag: z.string().max(1_000).optional(),
});

/** Artifact Registry, pushed by Pub/Sub. https://cloud.google.com/artifact-registry/docs/configure-notifications */
export const google: EventSender = {
  name: 'google',
  read: (body) => {
    const envelope = envelopeSchema.safeParse(body);
    if (!envelope.success) return undefined;
    const { data = '', publishTime: at } = envelope.data.message;
    const change = changeSchema.safeParse(parse(data));
    if (!change.success) return [];
    const { action, tag, digest } = change.data;
    const place = splitReference(tag, ':') ?? splitReference(digest, '@');
    if (!place) return [];
    return [
      toEvent({
        kind: action === 'INSERT' ? 'pushed' : 'deleted',
        repository: place.repository,
        tag: tagField.parse(splitReference(tag, ':')?.name),
        digest: digestField.parse(splitReference(digest, '@')?.name),
        at,
      }),
    ];
  },
};

function parse(data: string): unknown {
  try {
    return JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}

function splitReference(reference: string | undefined, mark: ':' | '@') {
  if (reference === undefined) return undefined;
  const slash = reference.indexOf('/');
  const end = mark === '@' ? reference.indexOf(mark) : reference.lastIndexOf(mark);
  if (slash < 0 || end < slash) return undefined;
  const repository = repositoryField.safeParse(reference.slice(slash + 1, end));
  return repository.success ? { repository: repository.data, name: reference.slice(end + 1) } : undefined;
}
