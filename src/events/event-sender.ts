import type { RegistryEvent } from '../model/registry-event.ts';

/** Who sends events in a form of its own. */
export interface EventSender {
  readonly name: string;
  /**
   * What happened, out of a parsed JSON body; empty when nothing in it concerns an image (pulls, blobs, tests of the
   * connection); undefined when the body is not of this form.
   */
  read(body: unknown): readonly RegistryEvent[] | undefined;
}
