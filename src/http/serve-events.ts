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
  const answer = (reply: FastifyReply, status: number, outcome: string, body: object, sender = '') => {
    requests.inc({ sender, outcome });
    return reply.code(status).header('cache-control', 'no-store').send(body);
  };
  const take = async (request: FastifyRequest<{ Params: Params }>, reply: FastifyReply) => {
    const { registry, token: pathToken } = request.params;
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const receiver = await events.receiver(registry);
    const proof = { headers: flatHeaders(request), body, ...(pathToken === undefined ? {} : { pathToken }) };
    const isRight = isFromSender(receiver?.token ?? NOBODYS_TOKEN, proof);
    if (!receiver || receiver.token === undefined || !isRight) {
      if (receiver) refusals.add(receiver.registryId);
      return answer(reply, 401, 'refused', { status: 'unauthorized' });
    }
    const reading = readEvents(senders, body);
    if (reading.kind === 'too-many')
      return answer(reply, 413, 'too-many', { status: `more than ${MOST_EVENTS} events at once` });
    if (reading.kind === 'unreadable') {
      log.warn({ registry }, 'a registry sent events of a form that is not known');
      return answer(reply, 400, 'unreadable', { status: 'not an event of a form that is known' });
    }
    if (reading.events.length > 0) await events.accept(receiver.registryId, reading.events);
    return answer(reply, 202, 'accepted', { status: 'ok', events: reading.events.length }, reading.sender);
  };
  app.post('/webhooks/:registry', { bodyLimit: BODY_LIMIT }, take);
  // For senders that can be given nothing but an address, such as Docker Hub.
  app.post('/webhooks/:registry/:token', { bodyLimit: BODY_LIMIT }, take);
}

interface Params {
  readonly registry: string;
  readonly token?: string;
}
