import type { RegistryEvent } from '../model/registry-event.ts';
import type { EventSender } from './event-sender.ts';

/** More at once is no burst of a registry, but somebody's attempt to keep us busy. */
export const MOST_EVENTS = 1_000;

export type EventReading =
  | { readonly kind: 'events'; readonly sender: string; readonly events: readonly RegistryEvent[] }
  /** No JSON, or of no form that is known. */
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'too-many' };

/** The events in a body, by the first sender whose form it has. */
export function readEvents(senders: readonly EventSender[], body: Uint8Array): EventReading {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return { kind: 'unreadable' };
  }
  if (holdsTooMany(parsed)) return { kind: 'too-many' };
  for (const sender of senders) {
    const events = sender.read(parsed);
    if (events && events.length > MOST_EVENTS) return { kind: 'too-many' };
    if (events) return { kind: 'events', sender: sender.name, events };
  }
  return { kind: 'unreadable' };
}

/** Counted before anything looks at each of them: what is dropped later counts, too. */
function holdsTooMany(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || !('events' in body)) return false;
  return Array.isArray(body.events) && body.events.length > MOST_EVENTS;
}
