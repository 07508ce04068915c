import type { MalwareEngines } from '../analyzers/malware/create-malware-engines.ts';
import { malwareFingerprint } from '../analyzers/malware/malware-fingerprint.ts';
import type { EngineFailure } from '../model/malware-file.ts';

/** The engines as they are at the beginning of a scan. */
export interface ReadyEngines {
  /** Of those that work: with a layer's digest, the key of what they found in it. */
  readonly fingerprint: string;
  /** Engines that are configured and cannot be used. */
  readonly failures: readonly EngineFailure[];
  /** What the others work without, such as a rule file that does not compile. */
  readonly warnings: readonly EngineFailure[];
}

export async function readEngines(engines: Pick<MalwareEngines, 'status'>, signal: AbortSignal): Promise<ReadyEngines> {
  const statuses = await engines.status(signal);
  return {
    fingerprint: malwareFingerprint(statuses.flatMap((status) => ('engine' in status ? [status.engine] : []))),
    failures: statuses.flatMap((status) => ('failure' in status ? [status.failure] : [])),
    warnings: statuses.flatMap(({ warnings }) => warnings),
  };
}
