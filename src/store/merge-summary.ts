import type { Summary } from '../model/scan.ts';

/** What a scan found, completed from what is kept: a kind that it did not look for stays as it was. */
export function mergeSummary(found: Summary, kept: Summary | undefined): Summary {
  if (!kept) return found;
  const { scannedAt = kept.scannedAt } = found;
  const vulnerability = found.vulnerability.status === 'not-scanned' ? kept : found;
  const malware = found.malware.status === 'not-scanned' ? kept : found;
  const risk = found.risk.status === 'not-scanned' ? kept : found;
  return {
    vulnerability: vulnerability.vulnerability,
    malware: malware.malware,
    risk: risk.risk,
    ...(scannedAt ? { scannedAt } : {}),
    osName: vulnerability.osName,
    ...countsOf(vulnerability),
    malwareFiles: malware.malwareFiles,
    risks: risk.risks,
    secrets: risk.secrets,
    detail: vulnerability.detail,
    ...(malware.malwareDetail ? { malwareDetail: malware.malwareDetail } : {}),
    ...(risk.riskDetail ? { riskDetail: risk.riskDetail } : {}),
  };
}

function countsOf({ vulnerabilities, critical, high, medium, low, packages, needsFix, ignored }: Summary) {
  return { vulnerabilities, critical, high, medium, low, packages, needsFix, ...(ignored ? { ignored } : {}) };
}
