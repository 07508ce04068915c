import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What happens to connections made, and bytes answered, from now on. */
export type Fault =
  | { readonly kind: 'none' }
  /** Nobody is there. */
  | { readonly kind: 'refuse' }
  /** A few bytes at a time. */
  | { readonly kind: 'trickle'; readonly bytes: number; readonly milliseconds: number }
  /** After so many bytes of an answer come others, as many as there would have been. */
  | { readonly kind: 'garbage'; readonly bytes: number }
  /** Every piece of an answer comes so much later. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** After so many bytes of answers (to one HTTP request, or in all) the connection ends as if all had been said. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** The same, but the connection is reset. */
  | { readonly kind: 'reset'; readonly bytes: number }
  /** Answers stop coming, after so many bytes, and the connection stays. */
  | { readonly kind: 'stall'; readonly bytes?: number };

export interface FaultyProxy {
  readonly port: number;
  /** `only`: where the first line of an HTTP request is so. */
  set(fault: Fault, only?: RegExp): void;
  /** Resets every connection that is open. */
  cut(): void;
  /** Bytes of answers that went through so far. */
  answered(): number;
  /** Pieces of answers that a fault was done to so far. */
  faults(): number;
  stop(): Promise<void>;
}

/** Stands before a server on a loopback port, whatever protocol it speaks, and does to its connections what networks do. */
export async function startFaultyProxy(targetPort: number): Promise<FaultyProxy> {
  let fault: Fault = { kind: 'none' };
  let only: RegExp | undefined;
  let passed = 0;
  let faults = 0;
  const open = new Set<Socket>();
  const remember = (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => open.delete(socket));
  };
  const server = createServer((client) => {
    remember(client);
    if (fault.kind === 'refuse') return void client.resetAndDestroy();
    const upstream = connect(targetPort, '127.0.0.1');
    remember(upstream);
    const asked: Asked = { line: '', answered: 0 };
    client.on('data', (chunk: Buffer) => noteRequest(asked, chunk));
    client.pipe(upstream);
    client.once('close', () => upstream.destroy());
    void answer(
      upstream,
      client,
      asked,
      () => {
        if (only && !only.test(asked.line)) return { kind: 'none' };
        if (fault.kind !== 'none') faults++;
        return fault;
      },
      (bytes) => {
        passed += bytes;
      },
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    set: (next, where) => {
      fault = next;
      only = where;
    },
    cut,
    answered: () => passed,
    faults: () => faults,
    stop: async () => {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}

/** What a connection is answering now. */
interface Asked {
  line: string;
  answered: number;
}

const REQUEST_LINE = /^[A-Z]{3,7} \S+ HTTP\/1\.1\r?\n/;

function noteRequest(asked: Asked, chunk: Buffer): void {
  const [line] = REQUEST_LINE.exec(chunk.subarray(0, 4_096).toString('latin1')) ?? [];
  if (line === undefined) return;
  asked.line = line;
  asked.answered = 0;
}

async function answer(
  upstream: Socket,
  client: Socket,
  asked: Asked,
  now: () => Fault,
  passed: (bytes: number) => void,
): Promise<void> {
  try {
    for await (const chunk of upstream as AsyncIterable<Buffer>) {
      const fault = now();
      if (fault.kind === 'stall' && asked.answered >= (fault.bytes ?? 0))
        await until(() => now().kind !== 'stall' || client.destroyed);
      if (fault.kind === 'delay') await delay(fault.milliseconds);
      if (fault.kind === 'trickle') {
        passed(await trickle(chunk, client, fault, () => now().kind === 'trickle'));
        continue;
      }
      const left =
        fault.kind === 'truncate' || fault.kind === 'reset' ? Math.max(0, fault.bytes - asked.answered) : Infinity;
      if (fault.kind === 'garbage') spoil(chunk, fault.bytes - asked.answered);
      asked.answered += chunk.byteLength;
      passed(Math.min(chunk.byteLength, left));
      if (!client.write(chunk.subarray(0, Math.min(chunk.byteLength, left)))) await drained(client);
      if (left >= chunk.byteLength) continue;
      if (fault.kind === 'reset') client.resetAndDestroy();
      else client.end();
      return;
    }
    client.end();
  } catch {
    client.destroy();
  } finally {
    upstream.destroy();
  }
}

function spoil(chunk: Buffer, from: number): void {
  const start = Math.min(Math.max(from, 0), chunk.byteLength);
  randomFillSync(chunk, start);
}

/** All at once when it has been told to stop; how many bytes went through. */
async function trickle(
  chunk: Buffer,
  client: Socket,
  { bytes, milliseconds }: { readonly bytes: number; readonly milliseconds: number },
  goesOn: () => boolean,
): Promise<number> {
  for (let at = 0; at < chunk.byteLength; at += bytes) {
    if (client.destroyed) return at;
    client.write(chunk.subarray(at, at + bytes));
    if (goesOn()) await delay(milliseconds);
  }
  return chunk.byteLength;
}

/** Also settles when there is nobody any more to take it. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      socket.off('drain', settle).off('close', settle);
      resolve();
    };
    socket.on('drain', settle).on('close', settle);
    if (socket.destroyed) settle();
  });
}

async function until(fulfilled: () => boolean): Promise<void> {
  while (!fulfilled()) await delay(20);
}
