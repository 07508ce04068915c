import { Gauge, type Registry } from 'prom-client';
import { advisoriesPath } from '../advisories/advisories-path.ts';
import { readSnapshot } from '../advisories/read-snapshot.ts';
import type { Installation } from './open-installation.ts';

/** How old the advisories are that this process matches with; nothing without any. */
export function createAdvisoryGauges({ config, now }: Pick<Installation, 'config' | 'now'>, metrics: Registry): void {
  const gauge = (name: string, help: string, collect?: () => void) =>
    new Gauge({ name, help, registers: [metrics], ...(collect ? { collect } : {}) });
  const asked = gauge('plimsoll_advisories_age_seconds', 'Since the feeds were last asked', () => {
    for (const each of [asked, compiled, amount]) each.remove();
    const snapshot = readSnapshot(advisoriesPath(config.dataDir));
    if (!snapshot) return;
    const ageSeconds = (time: string) => (now().getTime() - Date.parse(time)) / 1_000;
    asked.set(ageSeconds(snapshot.checkedAt));
    compiled.set(ageSeconds(snapshot.compiledAt));
    amount.set(snapshot.advisories);
  });
  const compiled = gauge('plimsoll_advisories_snapshot_age_seconds', 'Since the advisories in use were compiled');
  const amount = gauge('plimsoll_advisories', 'Advisories in use');
}
