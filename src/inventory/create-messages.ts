/** Messages about many things, of which only the first ones are told in full. */
export interface Messages {
  /** `what` may come from a registry, so it is shown only when it is plain. */
  add(what: string, message: unknown): void;
  list(): readonly string[];
}

const KEPT = 20;
const MAX_LENGTH = 500;
const PLAIN = /^[A-Za-z0-9._~:/-]{1,400}$/;

export function createMessages(): Messages {
  const kept: string[] = [];
  let count = 0;
  return {
    add: (what, message) => {
      count += 1;
      if (kept.length >= KEPT) return;
      const text = message instanceof Error ? message.message : String(message);
      kept.push((PLAIN.test(what) ? `${what}: ${text}` : text).slice(0, MAX_LENGTH));
    },
    list: () => (count > kept.length ? [...kept, `and ${count - kept.length} more`] : kept),
  };
}
