import type { ScanKind } from '../model/scan.ts';
import { errors } from './protocol/errors.ts';

const kinds: Readonly<Record<string, ScanKind>> = { CVE: 'vulnerability', VIRUS: 'malware', RISK: 'risk' };

/** ScanType on the wire. */
export const scanTypeNames: Readonly<Record<ScanKind, string>> = {
  vulnerability: 'CVE',
  malware: 'VIRUS',
  risk: 'RISK',
};

/** ScanType on the wire, in either case. */
export function toScanKinds(types: readonly string[]): readonly ScanKind[] {
  return [
    ...new Set(
      types.map((type) => {
        const kind = kinds[type.toUpperCase()];
        if (!kind)
          throw errors.invalidValue('ScanType', type, 'it must be CVE, VIRUS or RISK', '应为 CVE、VIRUS 或 RISK');
        return kind;
      }),
    ),
  ];
}
