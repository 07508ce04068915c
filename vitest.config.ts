import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

// Threads and processes that tests start strip the types of their files once, not each time: half of what starting one
// costs. Node keys the cache by content and version, so that it is never stale.
process.env.NODE_COMPILE_CACHE ??= resolve('node_modules/.cache/node-compile-cache');

const unit = ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'demo/**/*.test.ts', 'test/*.test.ts'];

export default defineConfig({
  test: {
    // Many tests wait for servers and processes: two at once also where there are but two processors.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 30_000,
    hookTimeout: 120_000,
    globalSetup: 'test/support/share-template-databases.ts',
    projects: [
      {
        extends: true,
        // Files share a process: starting one for each takes half of the time of these small tests, and two seconds of each
        // file that needs the whole server. What a test changes of its process it changes back.
        test: { name: 'unit', include: [...unit, 'test/deploy/**/*.test.ts'], isolate: false },
      },
      { extends: true, test: { name: 'conformance', include: ['test/conformance/**/*.test.ts'], isolate: false } },
      { extends: true, test: { name: 'contract', include: ['test/contract/**/*.test.ts'], isolate: false } },
      { extends: true, test: { name: 'faults', include: ['test/faults/**/*.test.ts'], testTimeout: 120_000 } },
      { extends: true, test: { name: 'quality', include: ['test/quality/**/*.test.ts'], testTimeout: 120_000 } },
      {
        extends: true,
        test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 600_000 },
      },
    ],
  },
});
