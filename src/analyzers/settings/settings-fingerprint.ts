// Placeholder of the lead: its owner replaces it.
export const settingsFingerprint: string = 'none';
