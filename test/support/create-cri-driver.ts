import { Client, credentials, type MethodDefinition, type ServiceError } from '@grpc/grpc-js';
import { fromJSON, type ServiceDefinition } from '@grpc/proto-loader';

/** Does what a kubelet does with a runtime: one pod per container, on the network of the machine. */
export interface CriDriver {
  isReady(): Promise<boolean>;
  pull(reference: string): Promise<void>;
  /** Starts a container of an image that was pulled; `name` must not run yet. */
  start(name: string, reference: string): Promise<void>;
  /** Stops it and removes it with its pod. */
  stop(name: string): Promise<void>;
  close(): void;
}

const field = (type: string, id: number) => ({ type, id });
const fields = (all: Readonly<Record<string, number>>, types: Readonly<Record<string, string>> = {}) => ({
  fields: Object.fromEntries(Object.entries(all).map(([name, id]) => [name, field(types[name] ?? 'string', id)])),
});
const call = (name: string) => ({ requestType: `${name}Request`, responseType: `${name}Response`, comment: '' });

// Narrowed from api.proto of cri-api, as src/runtime/cri/cri-descriptor.ts is.
const v1 = {
  RuntimeService: {
    methods: Object.fromEntries(
      ['Version', 'RunPodSandbox', 'StopPodSandbox', 'RemovePodSandbox', 'CreateContainer', 'StartContainer'].map(
        (name) => [name, call(name)],
      ),
    ),
  },
  ImageService: { methods: { PullImage: call('PullImage') } },
  VersionRequest: fields({}),
  VersionResponse: fields({ runtimeName: 2 }),
  ImageSpec: fields({ image: 1, userSpecifiedImage: 18 }),
  PullImageRequest: fields({ image: 1 }, { image: 'ImageSpec' }),
  PullImageResponse: fields({ imageRef: 1 }),
  Namespaces: fields({ network: 1, pid: 2, ipc: 3 }, { network: 'int32', pid: 'int32', ipc: 'int32' }),
  SandboxSecurity: fields({ namespaceOptions: 1 }, { namespaceOptions: 'Namespaces' }),
  ContainerSecurity: fields({ namespaceOptions: 3 }, { namespaceOptions: 'Namespaces' }),
  LinuxSandbox: fields({ securityContext: 2 }, { securityContext: 'SandboxSecurity' }),
  LinuxContainer: fields({ securityContext: 2 }, { securityContext: 'ContainerSecurity' }),
  SandboxMetadata: fields({ name: 1, uid: 2, namespace: 3 }),
  SandboxConfig: fields({ metadata: 1, linux: 8 }, { metadata: 'SandboxMetadata', linux: 'LinuxSandbox' }),
  ContainerMetadata: fields({ name: 1 }),
  ContainerConfig: fields(
    { metadata: 1, image: 2, linux: 15 },
    { metadata: 'ContainerMetadata', image: 'ImageSpec', linux: 'LinuxContainer' },
  ),
  RunPodSandboxRequest: fields({ config: 1 }, { config: 'SandboxConfig' }),
  RunPodSandboxResponse: fields({ podSandboxId: 1 }),
  CreateContainerRequest: fields(
    { podSandboxId: 1, config: 2, sandboxConfig: 3 },
    { config: 'ContainerConfig', sandboxConfig: 'SandboxConfig' },
  ),
  CreateContainerResponse: fields({ containerId: 1 }),
  StartContainerRequest: fields({ containerId: 1 }),
  StartContainerResponse: fields({}),
  StopPodSandboxRequest: fields({ podSandboxId: 1 }),
  StopPodSandboxResponse: fields({}),
  RemovePodSandboxRequest: fields({ podSandboxId: 1 }),
  RemovePodSandboxResponse: fields({}),
};
const definition = fromJSON({ nested: { runtime: { nested: { v1: { nested: v1 } } } } }, { defaults: true });

const NODE = 2;
const namespaceOptions = { network: NODE, pid: NODE, ipc: NODE };

export function createCriDriver(socketPath: string): CriDriver {
  const client = new Client(`unix:${socketPath}`, credentials.createInsecure(), {
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 100,
  });
  const sandboxes = new Map<string, string>();
  const runtime = (method: string, request: object) => send(client, 'RuntimeService', method, request);
  return {
    isReady: () =>
      runtime('Version', {}).then(
        () => true,
        () => false,
      ),
    pull: async (reference) => {
      await send(client, 'ImageService', 'PullImage', { image: { image: reference } });
    },
    start: async (name, reference) => {
      const sandboxConfig = {
        metadata: { name, uid: name, namespace: 'default' },
        linux: { securityContext: { namespaceOptions } },
      };
      const { podSandboxId = '' } = await runtime('RunPodSandbox', { config: sandboxConfig });
      sandboxes.set(name, podSandboxId);
      const config = {
        metadata: { name },
        image: { image: reference, userSpecifiedImage: reference },
        linux: { securityContext: { namespaceOptions } },
      };
      const { containerId } = await runtime('CreateContainer', { podSandboxId, config, sandboxConfig });
      await runtime('StartContainer', { containerId });
    },
    stop: async (name) => {
      const podSandboxId = sandboxes.get(name);
      await runtime('StopPodSandbox', { podSandboxId });
      await runtime('RemovePodSandbox', { podSandboxId });
    },
    close: () => client.close(),
  };
}

function send(
  client: Client,
  service: string,
  method: string,
  request: object,
): Promise<Readonly<Record<string, string>>> {
  const { path, requestSerialize, responseDeserialize } = (definition[`runtime.v1.${service}`] as ServiceDefinition)[
    method
  ] as MethodDefinition<object, Record<string, string>>;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      (error: ServiceError | null, answer?: Record<string, string>) => {
        if (error) reject(new Error(`${method}: ${error.details}`));
        else resolve(answer ?? {});
      },
    );
  });
}
