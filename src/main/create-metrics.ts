import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { createAdvisoryGauges } from './create-advisory-gauges.ts';
import { createBuildGauge } from './create-build-gauge.ts';
import { createDatabaseGauges } from './create-database-gauges.ts';
import { createDiskGauges } from './create-disk-gauges.ts';
import type { Installation } from './open-installation.ts';

/** So old a figure may be: several scrapers cost one look. */
const FRESH_MS = 5_000;

/** Metrics of this process, and of the installation as its database has it. docs/reference/metrics.md lists them. */
export function createMetrics({ config, store, now, log }: Installation): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  let reading: Promise<void> = Promise.resolve();
  let readAt = Number.NEGATIVE_INFINITY;
  const refresh = (): Promise<void> => {
    if (performance.now() - readAt >= FRESH_MS) {
      readAt = performance.now();
      reading = read();
    }
    return reading;
  };
  const gauge = <T extends string>(name: string, help: string, ...labelNames: readonly T[]) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry], collect: refresh });
  const jobs = gauge('plimsoll_jobs', 'Jobs by kind, waiting or running', 'kind', 'state');
  const oldest = gauge('plimsoll_oldest_job_age_seconds', 'How long the oldest job has been due', 'kind');
  const images = gauge('plimsoll_images', 'Listed images by the state of their scan', 'status');
  const registries = gauge('plimsoll_registries', 'Registries by the state of their sync', 'status');
  const connections = gauge(
    'plimsoll_registry_connections',
    'Registries by how the last check of their connection ended',
    'status',
  );
  const lag = gauge('plimsoll_event_lag_seconds', 'From an event of a registry to the look after it', 'registry');
  const lost = gauge(
    'plimsoll_events_lost',
    'Changes of a registry that a sync found and no event had told',
    'registry',
  );
  const complete = gauge('plimsoll_registry_complete_age_seconds', 'Since the last complete sync began', 'registry');
  const sources = gauge('plimsoll_runtime_sources', 'Where containers run, by whether its word counts', 'state');
  const alarms = gauge('plimsoll_runtime_alarms', 'Images that run and should not run so, by alarm', 'alarm');
  const up = gauge('plimsoll_database_up', '1 when the database answered the last question for figures');
  const read = async () => {
    for (const each of [jobs, oldest, images, registries, connections, lag, lost, complete]) each.reset();
    try {
      const figures = await store.operationFigures(now());
      for (const { kind, waiting, running, oldestSeconds } of figures.jobs) {
        jobs.set({ kind, state: 'waiting' }, waiting);
        jobs.set({ kind, state: 'running' }, running);
        oldest.set({ kind }, oldestSeconds);
      }
      for (const { status, images: amount } of figures.images) images.set({ status }, amount);
      for (const { syncStatus, registries: amount } of figures.registries) {
        registries.set({ status: syncStatus }, amount);
      }
      for (const { status, registries: amount } of figures.connections) connections.set({ status }, amount);
      for (const { registry, ...state } of (await store.events.states()).values()) {
        lost.set({ registry }, state.lost);
        if (state.lagMs !== undefined) lag.set({ registry }, state.lagMs / 1_000);
        if (state.completeAsOf) complete.set({ registry }, (now().getTime() - state.completeAsOf.getTime()) / 1_000);
      }
      const runtime = await store.runtime.figures();
      sources.set({ state: 'fresh' }, runtime.fresh);
      sources.set({ state: 'stale' }, runtime.stale);
      for (const [alarm, amount] of Object.entries(runtime.alarms)) alarms.set({ alarm }, amount);
      up.set(1);
    } catch (err) {
      log.warn({ err }, 'the figures of the installation could not be read');
      up.set(0);
    }
  };
  createAdvisoryGauges({ config, now }, registry);
  createDatabaseGauges(store, registry);
  createDiskGauges(config.dataDir, registry);
  createBuildGauge(registry);
  return registry;
}
