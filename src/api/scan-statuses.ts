import type { ScanStatus } from '../model/scan.ts';

/** ScanStatus, CveStatus, VirusStatus and RiskStatus on the wire. */
export const scanStatusNames: Readonly<Record<ScanStatus, string>> = {
  'not-scanned': 'NOT_SCAN',
  scanning: 'SCANNING',
  scanned: 'SCANNED',
  failed: 'SCAN_ERR',
  canceled: 'CANCELED',
};
