const field = (type: string, id: number) => ({ type, id });
const repeated = (type: string, id: number) => ({ rule: 'repeated', type, id });
const call = (requestType: string, responseType: string) => ({ requestType, responseType, comment: '' });

/**
 * What is asked of a runtime, and the fields that are read of its answers: narrowed from package runtime.v1 of Kubernetes 1.36,
 * staging/src/k8s.io/cri-api/pkg/apis/runtime/v1/api.proto (Apache-2.0), in the form of protobufjs. Fields that are not named
 * here are skipped while decoding.
 */
export const criDescriptor = {
  nested: {
    runtime: {
      nested: {
        v1: {
          nested: {
            RuntimeService: {
              methods: {
                Version: call('VersionRequest', 'VersionResponse'),
                ListContainers: call('ListContainersRequest', 'ListContainersResponse'),
                GetContainerEvents: { ...call('GetEventsRequest', 'ContainerEventResponse'), responseStream: true },
              },
            },
            ImageService: { methods: { ImageStatus: call('ImageStatusRequest', 'ImageStatusResponse') } },
            VersionRequest: { fields: { version: field('string', 1) } },
            VersionResponse: { fields: { runtimeName: field('string', 2), runtimeVersion: field('string', 3) } },
            ContainerState: {
              values: { CONTAINER_CREATED: 0, CONTAINER_RUNNING: 1, CONTAINER_EXITED: 2, CONTAINER_UNKNOWN: 3 },
            },
            ContainerStateValue: { fields: { state: field('ContainerState', 1) } },
            ContainerFilter: { fields: { state: field('ContainerStateValue', 2) } },
            ListContainersRequest: { fields: { filter: field('ContainerFilter', 1) } },
            ImageSpec: { fields: { image: field('string', 1), userSpecifiedImage: field('string', 18) } },
            Container: {
              fields: {
                id: field('string', 1),
                image: field('ImageSpec', 4),
                imageRef: field('string', 5),
                state: field('ContainerState', 6),
                imageId: field('string', 10),
              },
            },
            ListContainersResponse: { fields: { containers: repeated('Container', 1) } },
            GetEventsRequest: { fields: {} },
            ContainerEventResponse: { fields: { containerId: field('string', 1) } },
            ImageStatusRequest: { fields: { image: field('ImageSpec', 1), verbose: field('bool', 2) } },
            Image: {
              fields: {
                id: field('string', 1),
                repoTags: repeated('string', 2),
                repoDigests: repeated('string', 3),
              },
            },
            ImageStatusResponse: {
              fields: { image: field('Image', 1), info: { keyType: 'string', type: 'string', id: 2 } },
            },
          },
        },
      },
    },
  },
};
