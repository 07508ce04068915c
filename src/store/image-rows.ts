import type { Selectable } from 'kysely';
import type { Cause } from '../model/cause.ts';
import type { Digest } from '../model/digest.ts';
import type { Image } from '../model/image.ts';
import { overallProgress, overallStatus } from '../model/overall-status.ts';
import { type KindState, notScanned, type ScanStatus, type Summary } from '../model/scan.ts';
import type { ImagesTable, SummaryColumns } from './tables.ts';

/** A row of `images` with what its registry and repository add. */
export type ImageRow = Selectable<ImagesTable> & {
  readonly registry_name: string;
  readonly registry_type: string;
  readonly registry_region: string;
  readonly registry_instance_id: string;
  readonly repository_path: string;
  readonly repository_namespace: string;
  readonly repository_name: string;
  readonly repository_address: string;
};

export const toDate = (milliseconds: number | null): Date | undefined =>
  milliseconds === null ? undefined : new Date(Number(milliseconds));
const known = <T>(value: T | null): T | undefined => (value === null ? undefined : value);
const flag = (value: number | null): boolean | undefined => (value === null ? undefined : value === 1);

export function toImage(row: ImageRow): Image {
  const createdAt = toDate(row.created_at);
  const pushedAt = toDate(row.pushed_at);
  return {
    id: row.id,
    registryId: row.registry_id,
    registryName: row.registry_name,
    registryType: row.registry_type,
    registryRegion: row.registry_region,
    instanceId: row.registry_instance_id,
    repository: row.repository_path,
    namespace: row.repository_namespace,
    name: row.repository_name,
    address: row.repository_address,
    tag: row.tag,
    digest: row.digest as Digest,
    imageId: row.image_id as Digest,
    artifactId: row.artifact_id,
    platform: row.platform,
    size: row.size,
    ...(createdAt ? { createdAt } : {}),
    ...(pushedAt ? { pushedAt } : {}),
    latest: row.latest === 1,
    authorized: row.authorized === 1,
    trusted: row.trusted === 1,
    running: flag(row.running),
    containers: known(row.containers),
    scanStatus: row.scan_status as ScanStatus,
    progress: row.progress,
    remainingSeconds: row.remaining_seconds,
    summary: toSummary(row),
    fixRecommended: flag(row.fix_recommended),
  };
}

export function toSummary(row: SummaryColumns): Summary {
  return {
    vulnerability: kindState(row.vulnerability_status, row.vulnerability_progress, row.vulnerability_cause),
    malware: kindState(row.malware_status, row.malware_progress, row.malware_cause),
    risk: kindState(row.risk_status, row.risk_progress, row.risk_cause),
    scannedAt: toDate(row.scanned_at),
    osName: row.os_name,
    vulnerabilities: known(row.vulnerabilities),
    critical: known(row.critical),
    high: known(row.high),
    medium: known(row.medium),
    low: known(row.low),
    malwareFiles: known(row.malware_files),
    risks: known(row.risks),
    secrets: known(row.secrets),
    packages: known(row.packages),
    needsFix: flag(row.needs_fix),
    ...(row.ignored ? { ignored: row.ignored } : {}),
    detail: row.detail,
    ...(row.malware_detail ? { malwareDetail: row.malware_detail } : {}),
    ...(row.risk_detail ? { riskDetail: row.risk_detail } : {}),
  };
}

const kindState = (status: string, progress: number, cause: string | null): KindState => ({
  status: status as ScanStatus,
  progress,
  ...(cause === null ? {} : { cause: cause as Cause }),
});

export function toSummaryColumns(summary: Summary): SummaryColumns {
  const kinds = [summary.vulnerability, summary.malware, summary.risk];
  return {
    scan_status: overallStatus(kinds),
    progress: overallProgress(kinds),
    remaining_seconds: 0,
    vulnerability_status: summary.vulnerability.status,
    vulnerability_progress: summary.vulnerability.progress,
    vulnerability_cause: summary.vulnerability.cause ?? null,
    malware_status: summary.malware.status,
    malware_progress: summary.malware.progress,
    malware_cause: summary.malware.cause ?? null,
    risk_status: summary.risk.status,
    risk_progress: summary.risk.progress,
    risk_cause: summary.risk.cause ?? null,
    scanned_at: summary.scannedAt?.getTime() ?? null,
    os_name: summary.osName,
    vulnerabilities: summary.vulnerabilities ?? null,
    critical: summary.critical ?? null,
    high: summary.high ?? null,
    medium: summary.medium ?? null,
    low: summary.low ?? null,
    malware_files: summary.malwareFiles ?? null,
    risks: summary.risks ?? null,
    secrets: summary.secrets ?? null,
    packages: summary.packages ?? null,
    needs_fix: summary.needsFix === undefined ? null : Number(summary.needsFix),
    ignored: summary.ignored ?? null,
    detail: summary.detail,
    malware_detail: summary.malwareDetail ?? null,
    risk_detail: summary.riskDetail ?? null,
  };
}

/** The state of an image that nothing has looked at; `os` is the config's GOOS. */
export function unscannedColumns(os: string): SummaryColumns {
  const none = { vulnerability: notScanned, malware: notScanned, risk: notScanned };
  return toSummaryColumns({ ...none, osName: os, detail: '' });
}
