import { z } from 'zod';
import type { JsonClient } from './json-client.ts';
import { RefusedByRuntime } from './json-client.ts';

/** Platforms of nodes: the digest of an index alone does not tell which of its images runs. */
export interface NodePlatforms {
  /** `linux/arm64`; undefined where it cannot be known. */
  of(node: string): Promise<string | undefined>;
}

const Node = z.object({
  status: z.object({
    nodeInfo: z.object({ operatingSystem: z.string().max(50), architecture: z.string().max(50) }),
  }),
});
const MOST_NODES = 20_000;

/** Each node is asked for once. Who may not read nodes sees every platform of an index as running. */
export function createNodePlatforms(client: JsonClient, signal: AbortSignal): NodePlatforms {
  const known = new Map<string, string | undefined>();
  let refused = false;
  const ask = async (node: string): Promise<string | undefined> => {
    try {
      const found = await client.get(`/api/v1/nodes/${encodeURIComponent(node)}`, Node, signal, [404]);
      return found && `${found.status.nodeInfo.operatingSystem}/${found.status.nodeInfo.architecture}`;
    } catch (error) {
      if (!(error instanceof RefusedByRuntime) || error.status !== 403) throw error;
      refused = true;
      return undefined;
    }
  };
  return {
    of: async (node) => {
      if (node === '' || refused) return undefined;
      if (known.has(node)) return known.get(node);
      if (known.size >= MOST_NODES) known.clear();
      const platform = await ask(node);
      known.set(node, platform);
      return platform;
    },
  };
}
