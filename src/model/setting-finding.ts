// Placeholder of the lead: its owner replaces it.
/** Something risky about one file or folder of a layer. */
export interface SettingFinding {
  readonly kind: 'setting';
  readonly check: string;
  readonly detail: string;
  readonly line?: number;
}
