import { Client, credentials, Metadata, type MethodDefinition, type ServiceError, status } from '@grpc/grpc-js';
import { fromJSON, type ServiceDefinition } from '@grpc/proto-loader';
import type { z } from 'zod';
import { AppError } from '../../model/app-error.ts';
import { criDescriptor } from './cri-descriptor.ts';
import { toCriFailure } from './to-cri-failure.ts';

export interface CriClient {
  /** Asks once; the answer has the shape of `schema`. @throws AppError */
  ask<T>(method: CriQuestion, request: object, schema: z.ZodType<T>, signal: AbortSignal): Promise<T>;
  /** Calls back at each start, stop and removal; ends when the runtime ends it. @throws AppError, or `NoEvents` */
  followEvents(onEvent: () => void, signal: AbortSignal): Promise<void>;
  close(): void;
}

export type CriQuestion = 'RuntimeService/Version' | 'RuntimeService/ListContainers' | 'ImageService/ImageStatus';

/** The runtime is there, but tells no events. */
export class NoEvents extends Error {}

const ANSWER_MS = 30_000;
/** What the kubelet takes, and what containerd sends at most. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

const definition = fromJSON(criDescriptor, { defaults: true, arrays: true, enums: String });

/** The Container Runtime Interface, as containerd and CRI-O speak it on a Unix socket. `label` is how messages call it. */
export function createCriClient(socketPath: string, label: string): CriClient {
  const client = new Client(`unix:${socketPath}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': MAX_ANSWER_BYTES,
    'grpc.enable_http_proxy': 0,
    'grpc.enable_channelz': 0,
    // Who connects anew must not wait for what an earlier client failed at.
    'grpc.use_local_subchannel_pool': 1,
  });
  return {
    ask: async (method, request, schema, signal) => {
      const answer = await ask(client, methodOf(method), request, signal).catch((error: ServiceError) => {
        throw signal.aborted ? signal.reason : toCriFailure(error, label, method);
      });
      const parsed = schema.safeParse(answer);
      if (parsed.success) return parsed.data;
      const where = parsed.error.issues[0]?.path.join('.') ?? '';
      throw new AppError('connection-failed', `${label} answered ${method} in an unexpected shape (${where}).`, {
        retryable: true,
        cause: parsed.error,
      });
    },
    followEvents: (onEvent, signal) => followEvents(client, label, onEvent, signal),
    close: () => client.close(),
  };
}

async function followEvents(client: Client, label: string, onEvent: () => void, signal: AbortSignal): Promise<void> {
  const { path, requestSerialize, responseDeserialize } = methodOf('RuntimeService/GetContainerEvents');
  const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {});
  const cancel = () => call.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for await (const _ of call) onEvent();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const failure = error as ServiceError;
    if (failure.code !== status.UNAVAILABLE) throw new NoEvents(failure.details, { cause: failure });
    throw toCriFailure(failure, label, 'RuntimeService/GetContainerEvents');
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

function ask(
  client: Client,
  { path, requestSerialize, responseDeserialize }: MethodDefinition<object, object>,
  request: object,
  signal: AbortSignal,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const call = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      new Metadata(),
      { deadline: Date.now() + ANSWER_MS },
      (error, answer) => {
        signal.removeEventListener('abort', cancel);
        if (error) reject(error);
        else resolve(answer);
      },
    );
    const cancel = () => call.cancel();
    signal.addEventListener('abort', cancel, { once: true });
  });
}

function methodOf(name: CriQuestion | 'RuntimeService/GetContainerEvents'): MethodDefinition<object, object> {
  const [service = '', method = ''] = name.split('/');
  const found = (definition[`runtime.v1.${service}`] as ServiceDefinition | undefined)?.[method];
  if (found === undefined) throw new Error(`${name} is not in the descriptor`);
  return found;
}
