/** A call of ReportRunningContainers that is understood, though long expired. */
export const sampleReport = {
  Source: 'node-7',
  TakenAt: '2026-11-01T12:00:00Z',
  Images: [{ Reference: 'registry.example.com/app:1', Digests: [`sha256:${'0'.repeat(64)}`], Count: 2 }],
};
