import type { System } from '../../src/registries/distribution/system.ts';
import { system as realSystem } from '../../src/registries/distribution/system.ts';

export interface TestSystem extends System {
  /** Every wait so far, milliseconds. */
  readonly waits: readonly number[];
  /** Moves the clock. */
  advance(milliseconds: number): void;
}

/** A clock that stands still but for waits, which take no time; chance is always 0. Names resolve as given, else for real. */
export function createTestSystem(resolve: System['resolve'] = realSystem.resolve): TestSystem {
  const waits: number[] = [];
  let now = Date.parse('2024-05-01T12:00:00Z');
  return {
    waits,
    advance(milliseconds) {
      now += milliseconds;
    },
    now: () => now,
    elapsed: () => now,
    random: () => 0,
    async sleep(milliseconds, signal) {
      signal.throwIfAborted();
      waits.push(milliseconds);
      now += milliseconds;
    },
    resolve,
  };
}
