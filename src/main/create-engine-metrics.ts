import { setTimeout as delay } from 'node:timers/promises';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { EngineStatus, MalwareEngines } from '../analyzers/malware/create-malware-engines.ts';
import type { EngineWork } from '../analyzers/malware/engine-tally.ts';

/** So long a scrape waits for engines that are slow to answer; it then tells what was known before. */
const PATIENCE_MS = 3_000;

/** Whether each malware engine can be used, how old what it knows is, and what it has done in this process. */
export function createEngineMetrics(engines: Pick<MalwareEngines, 'status' | 'work'>, metrics: Registry): void {
  const never = new AbortController().signal;
  const refresh = async () => {
    const told = engines.status(never).then(
      (all) => all.forEach(tell),
      () => undefined, // closed: this process is about to end
    );
    await Promise.race([told, delay(PATIENCE_MS, undefined, { ref: false })]);
  };
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['engine'], registers: [metrics], collect: refresh });
  const tell = (status: EngineStatus) => {
    const engine = 'engine' in status ? status.engine.name : status.failure.engine;
    ready.set({ engine }, 'engine' in status ? 1 : 0);
    warnings.set({ engine }, status.warnings.length);
    if ('engine' in status && status.engine.signaturesAt) {
      signatures.set({ engine }, status.engine.signaturesAt.getTime() / 1_000);
    } else signatures.remove({ engine });
  };
  const ready = gauge('plimsoll_malware_engine_ready', 'Whether a malware engine can be used');
  const warnings = gauge(
    'plimsoll_malware_engine_warnings',
    'What a malware engine works without: rule files left out',
  );
  const signatures = gauge(
    'plimsoll_malware_signatures_timestamp_seconds',
    'When the signatures of an engine were made',
  );
  const counter = (name: string, help: string, what: keyof EngineWork) => {
    const total: Counter<'engine'> = new Counter({
      name,
      help,
      labelNames: ['engine'],
      registers: [metrics],
      collect: () => {
        total.reset();
        for (const [engine, work] of Object.entries(engines.work())) total.inc({ engine }, work[what]);
      },
    });
  };
  counter('plimsoll_malware_files_total', 'Files that reached a malware engine, and members of archives', 'files');
  counter('plimsoll_malware_bytes_total', 'Bytes that a malware engine looked at', 'bytes');
  counter('plimsoll_malware_seconds_total', 'Seconds that a malware engine worked, or was waited for', 'seconds');
  counter('plimsoll_malware_failures_total', 'Files that an engine could not look at completely', 'failures');
}
