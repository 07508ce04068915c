import type { RegistryEvent } from '../model/registry-event.ts';

/** The event without what is not known of it. */
export function toEvent(event: {
  readonly kind: RegistryEvent['kind'];
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest?: string | undefined;
  readonly at?: Date | undefined;
}): RegistryEvent {
  const { kind, repository, tag, digest, at } = event;
  return {
    kind,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
    ...(at === undefined ? {} : { at }),
  };
}
