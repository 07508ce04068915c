import { createBell } from './create-bell.ts';
import { reportChanges } from './report-changes.ts';
import type { RuntimeSource } from './runtime-source.ts';

/** Containers of one containerd or CRI-O: https://github.com/kubernetes/cri-api, runtime.v1. */
export function createCriSource(name: string, socketPath: string): RuntimeSource {
  return {
    name,
    follow: async (report, signal) => {
      // gRPC is loaded only where somebody watches such a runtime.
      const [{ createCriClient }, { createContainerList }, { createRunningReader }, { ringOnChanges }] =
        await Promise.all([
          import('./cri/cri-client.ts'),
          import('./cri/create-container-list.ts'),
          import('./cri/create-running-reader.ts'),
          import('./cri/ring-on-changes.ts'),
        ]);
      const ended = new AbortController();
      const until = AbortSignal.any([signal, ended.signal]);
      const client = createCriClient(socketPath, name);
      try {
        const bell = createBell();
        const list = createContainerList(client, until);
        const read = createRunningReader(client, list, until);
        return await Promise.race([
          ringOnChanges(client, list, bell.ring, until),
          reportChanges(read, report, bell, until),
        ]);
      } finally {
        ended.abort();
        client.close();
      }
    },
  };
}
