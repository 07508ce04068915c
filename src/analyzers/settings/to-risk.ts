// Placeholder of the lead: its owner replaces it.
import type { Digest } from '../../model/digest.ts';
import type { Risk } from '../../model/risk.ts';
import type { SettingFinding } from '../../model/setting-finding.ts';
export declare function toRisk(finding: SettingFinding, path: string, layer: Digest): Risk;
