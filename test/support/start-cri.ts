import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, ServerCredentials, type ServerWritableStream, type sendUnaryData, type status } from '@grpc/grpc-js';
import { fromJSON, type ServiceDefinition } from '@grpc/proto-loader';
import { criDescriptor } from '../../src/runtime/cri/cri-descriptor.ts';

type EventStream = ServerWritableStream<object, object>;

export interface CriContainerFields {
  readonly id: string;
  readonly imageRef: string;
  readonly imageId?: string;
  readonly image?: { readonly image: string; readonly userSpecifiedImage?: string };
  /** Default CONTAINER_RUNNING. */
  readonly state?: string;
}

export interface CriServerOptions {
  readonly runtimeName: string;
  readonly runtimeVersion: string;
  /** What becomes of a stream of events: kept open (default), ended at once as if all were well, or refused with a status. */
  readonly events?: 'kept' | 'ended' | status;
  /** By what they are asked for. */
  readonly images?: Readonly<Record<string, { id: string; repoTags?: string[]; repoDigests?: string[] }>>;
  /** What is told of each image beside it. */
  readonly info?: string;
  /** Instead of an answer to ListContainers: bytes, which may be no message. */
  readonly rawList?: Uint8Array;
  /** Default true; false = gRPC is spoken, CRI is not. */
  readonly speaksCri?: boolean;
}

export interface CriServer {
  readonly socketPath: string;
  containers: readonly CriContainerFields[];
  readonly streams: ReadonlySet<unknown>;
  /** What ImageStatus was asked for. */
  readonly imagesAsked: readonly string[];
  /** How often ListContainers was asked. */
  listsAsked: number;
  tellEvent(): void;
  /** Ends all streams of events with a status. */
  failStreams(code: status): void;
  stop(): Promise<void>;
}

/** A runtime that does as it is told, where a real one cannot be made to. */
export async function startCri(options: CriServerOptions): Promise<CriServer> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-cri-'));
  const socketPath = join(folder, 'cri.sock');
  const streams = new Set<EventStream>();
  const imagesAsked: string[] = [];
  const server = new Server();
  const cri: CriServer = {
    socketPath,
    containers: [],
    streams,
    imagesAsked,
    listsAsked: 0,
    tellEvent: () => {
      for (const stream of streams) stream.write({ containerId: 'any' });
    },
    failStreams: (code) => {
      for (const stream of streams) stream.emit('error', { code, details: 'the runtime goes' });
    },
    stop: async () => {
      server.forceShutdown();
      await rm(folder, { recursive: true, force: true });
    },
  };
  if (options.speaksCri !== false) {
    server.addService(withRawList(options.rawList), runtimeOf(options, cri, streams) as never);
    server.addService(serviceOf('ImageService'), imagesOf(options, imagesAsked) as never);
  }
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socketPath}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    );
  });
  return cri;
}

function runtimeOf(
  { runtimeName, runtimeVersion, events = 'kept' }: CriServerOptions,
  cri: CriServer,
  streams: Set<EventStream>,
) {
  return {
    Version: (_: unknown, answer: sendUnaryData<object>) => answer(null, { runtimeName, runtimeVersion }),
    ListContainers: (_: unknown, answer: sendUnaryData<object>) => {
      cri.listsAsked += 1;
      answer(null, { containers: cri.containers.map((container) => ({ state: 'CONTAINER_RUNNING', ...container })) });
    },
    GetContainerEvents: (stream: EventStream) => {
      if (events === 'ended') return stream.end();
      if (events !== 'kept') return stream.emit('error', { code: events, details: 'no events here' });
      streams.add(stream);
      stream.on('cancelled', () => streams.delete(stream));
    },
  };
}

function imagesOf({ images = {}, info }: CriServerOptions, imagesAsked: string[]) {
  return {
    ImageStatus: ({ request }: { request: { image: { image: string } } }, answer: sendUnaryData<object>) => {
      imagesAsked.push(request.image.image);
      const found = images[request.image.image];
      answer(null, found === undefined ? {} : { image: found, ...(info !== undefined && { info: { info } }) });
    },
  };
}

function serviceOf(name: string): ServiceDefinition {
  return fromJSON(criDescriptor)[`runtime.v1.${name}`] as ServiceDefinition;
}

function withRawList(raw: Uint8Array | undefined): ServiceDefinition {
  const service = serviceOf('RuntimeService');
  const { ListContainers } = service;
  if (raw === undefined || ListContainers === undefined) return service;
  return { ...service, ListContainers: { ...ListContainers, responseSerialize: () => Buffer.from(raw) } };
}
