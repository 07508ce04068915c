import type { BlindSpot } from '../../model/connection-report.ts';
import type { RegistrySettings } from '../../model/registry.ts';
import type { ContentProbe } from './probe-content.ts';
import type { TlsProbe } from './probe-tls.ts';
import type { VersionProbe } from './probe-version.ts';

/** What the stages saw, as far as they came. */
export interface Seen {
  readonly tls?: TlsProbe;
  readonly version?: VersionProbe;
  readonly content?: ContentProbe;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const EXPIRES_SOON_MS = 21 * DAY_MS;
// Token servers and registries forgive about a minute.
const SKEW_MS = 60_000;

// Quay's notifications, Docker Hub's webhooks and GitHub's package events tell of pushes alone.
const withoutDeleteEvents: readonly string[] = ['quay', 'dockerhub', 'ghcr'];

/** What may stay out of sight although the registry answers. */
export function findBlindSpots(settings: RegistrySettings, seen: Seen, now: Date): readonly BlindSpot[] {
  const { tls, version, content } = seen;
  const spots: BlindSpot[] = [];
  if (content?.isCatalogEmpty) spots.push({ kind: 'catalog-empty', detail: '' });
  if (content && content.deniedProjects.length > 0) {
    spots.push({ kind: 'projects-denied', detail: content.deniedProjects.join(', ') });
  }
  if (withoutDeleteEvents.includes(settings.type)) spots.push({ kind: 'no-delete-events', detail: settings.type });
  const skewMs = version?.skewMs ?? 0;
  if (Math.abs(skewMs) >= SKEW_MS) spots.push({ kind: 'clock-skew', detail: describeSkew(skewMs) });
  const left = tls?.expires ? tls.expires.getTime() - now.getTime() : Number.POSITIVE_INFINITY;
  if (tls?.stage.status === 'ok' && left < EXPIRES_SOON_MS) {
    spots.push({ kind: 'certificate-expiring', detail: tls.expires?.toISOString().slice(0, 10) ?? '' });
  }
  if (settings.insecure && tls?.verified !== undefined) {
    const detail = tls.verified ? 'it would be accepted' : 'it would be refused';
    spots.push({ kind: 'certificate-unverified', detail });
  }
  if (version?.asks === '' && settings.username !== '')
    spots.push({ kind: 'account-unused', detail: settings.username });
  return spots;
}

function describeSkew(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1_000);
  return `the registry is ${seconds} s ${milliseconds > 0 ? 'ahead' : 'behind'}`;
}
