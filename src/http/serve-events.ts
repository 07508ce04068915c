import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Counter, type Registry as Metrics } from 'prom-client';
import type { EventSender } from '../events/event-sender.ts';
import { isFromSender } from '../events/is-from-sender.ts';
import { MOST_EVENTS, readEvents } from '../events/read-events.ts';
import type { EventStore } from '../store/events.ts';
import { createRefusals } from './create-refusals.ts';
import { flatHeaders } from './flat-headers.ts';

export interface EventIntake {
  readonly events: Pick<EventStore, 'receiver' | 'accept' | 'refuse'>;
  readonly senders: readonly EventSender[];
}

const BODY_LIMIT = 1024 ** 2;
/** What a request is compared with where there is no token: whether there is one must not be told by the time it takes. */
const NOBODYS_TOKEN = randomBytes(32).toString('base64url');

/**
 * Events of registries: `POST /webhooks/<registry>`, by name or id, with that registry's own token. Answered when it is
 * stored what is to be looked at. Who has not the right token learns nothing, not even whether there is such a registry.
 */
export function serveEvents(
  app: FastifyInstance,
  { events, senders }: EventIntake,
  { metrics, log }: { readonly metrics: Metrics; readonly log: Logger },
): void {
  const refusals = createRefusals(events, log);
  app.addHook('onClose', () => refusals.close());
  const requests = new Counter({
    name: 'plimsoll_event_requests_total',
    help: 'Requests with events of registries, by sender and outcome',
    labelNames: ['sender', 'outcome'],
    registers: [metrics],
  });
  const answer = async (request: FastifyRequest<{ Params: Params }>, reply: FastifyReply) => {
    const { registryId, isTrusted } = await identify(request, events);
    if (!isTrusted && registryId !== undefined) refusals.add(registryId);
    const isAccepted = isTrusted && registryId !== undefined;
    const taken = isAccepted ? await take(registryId, bodyOf(request), { events, senders }) : refused;
    requests.inc({ sender: taken.sender ?? '', outcome: taken.outcome });
    if (taken.outcome === 'unreadable')
      log.warn({ registry: request.params.registry }, 'a registry sent events of a form that is not known');
    return reply.code(taken.status).header('cache-control', 'no-store').send(taken.body);
  };
  app.post('/webhooks/:registry', { bodyLimit: BODY_LIMIT }, answer);
  // For senders that can be given nothing but an address, such as Docker Hub.
  app.post('/webhooks/:registry/:token', { bodyLimit: BODY_LIMIT }, answer);
}

interface Params {
  readonly registry: string;
  readonly token?: string;
}

interface Taken {
  readonly status: number;
  readonly outcome: 'accepted' | 'refused' | 'unreadable' | 'too-many';
  readonly body: object;
  readonly sender?: string;
}

const refused: Taken = { status: 401, outcome: 'refused', body: { status: 'unauthorized' } };

const bodyOf = ({ body }: FastifyRequest): Uint8Array => (Buffer.isBuffer(body) ? body : Buffer.alloc(0));

/** The registry that is named, and whether the request proves to know its token. */
async function identify(
  request: FastifyRequest<{ Params: Params }>,
  events: EventIntake['events'],
): Promise<{ readonly registryId?: number; readonly isTrusted: boolean }> {
  const { registry, token: pathToken } = request.params;
  const receiver = await events.receiver(registry);
  const isRight = isFromSender(receiver?.token ?? NOBODYS_TOKEN, {
    headers: flatHeaders(request),
    body: bodyOf(request),
    ...(pathToken === undefined ? {} : { pathToken }),
  });
  if (!receiver) return { isTrusted: false };
  return { registryId: receiver.registryId, isTrusted: receiver.token !== undefined && isRight };
}

async function take(registryId: number, body: Uint8Array, { events, senders }: EventIntake): Promise<Taken> {
  const reading = readEvents(senders, body);
  if (reading.kind === 'too-many')
    return { status: 413, outcome: 'too-many', body: { status: `more than ${MOST_EVENTS} events at once` } };
  if (reading.kind === 'unreadable')
    return { status: 400, outcome: 'unreadable', body: { status: 'not an event of a form that is known' } };
  if (reading.events.length > 0) await events.accept(registryId, reading.events);
  const { sender, events: read } = reading;
  return { status: 202, outcome: 'accepted', body: { status: 'ok', events: read.length }, sender };
}
