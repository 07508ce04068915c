import { cleanText } from './clean-text.ts';
import { parseWarnings } from './parse-warnings.ts';

// Of each kind; more would be read by nobody.
const MAX_WARNINGS = 10;

/** What people are to know of a registry, once each. */
export interface Warnings {
  /** The registry's own, from a header of an answer. */
  heard(header: string): void;
  /** One of ours about what is being listed. */
  add(text: string): void;
  /** Ours are over: another list begins. */
  forget(): void;
  list(): readonly string[];
}

/** @param secrets texts that appear in no warning */
export function createWarnings(secrets: readonly string[]): Warnings {
  const theirs = new Set<string>();
  const ours = new Set<string>();
  const addTo = (warnings: Set<string>, text: string) => {
    if (warnings.size < MAX_WARNINGS) warnings.add(cleanText(text, secrets));
  };
  return {
    heard: (header) => {
      for (const warning of parseWarnings(header)) addTo(theirs, warning);
    },
    add: (text) => addTo(ours, text),
    forget: () => ours.clear(),
    list: () => [...ours, ...theirs],
  };
}
