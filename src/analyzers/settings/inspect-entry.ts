// Placeholder of the lead: its owner replaces it.
import type { FileStat } from '../../layers/layer-entry.ts';
import type { SettingFinding } from '../../model/setting-finding.ts';
export const inspectEntry = (_: FileStat & { type: 'file' | 'directory' }): readonly SettingFinding[] => [];
export const wantsContent = (_: string): boolean => false;
export const analyzeSettings = (_: string, __: string): readonly SettingFinding[] => [];
