import { writeFileSync } from 'node:fs';
import { findFaketime } from './find-faketime.ts';

/** The clock of processes that are started with its `env`; time that passes is left as it is. */
export interface FakeClock {
  readonly env: Readonly<Record<string, string>>;
  /** So far from the true time, such as `+400d` or `-1h`; `+0`: not at all. */
  jump(offset: string): void;
}

/** `file`: where it lies; undefined where libfaketime is missing. */
export function openClock(file: string): FakeClock | undefined {
  const library = findFaketime();
  if (!library) return undefined;
  const jump = (offset: string) => writeFileSync(file, `${offset}\n`);
  jump('+0');
  return {
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DISABLE_SHM: '1',
    },
    jump,
  };
}
