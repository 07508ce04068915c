import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What happens to connections made, and bytes answered, from now on. */
export type Fault =
  | { readonly kind: 'none' }
  /** Nobody is there. */
  | { readonly kind: 'refuse' }
  /** Every piece of an answer comes so much later. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** After so many bytes of answers the connection ends as if all had been said. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** The same, but the connection is reset. */
  | { readonly kind: 'reset'; readonly bytes: number }
  /** Answers stop coming, and the connection stays. */
  | { readonly kind: 'stall' };

export interface FaultyProxy {
  readonly port: number;
  set(fault: Fault): void;
  /** Resets every connection that is open. */
  cut(): void;
  /** Bytes of answers that went through so far. */
  answered(): number;
  stop(): Promise<void>;
}

/** Stands before a server on a loopback port, whatever protocol it speaks, and does to its connections what networks do. */
export async function startFaultyProxy(targetPort: number): Promise<FaultyProxy> {
  let fault: Fault = { kind: 'none' };
  let passed = 0;
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
    client.pipe(upstream);
    client.once('close', () => upstream.destroy());
    void answer(
      upstream,
      client,
      () => fault,
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
    set: (next) => {
      fault = next;
    },
    cut,
    answered: () => passed,
    stop: async () => {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}

async function answer(
  upstream: Socket,
  client: Socket,
  now: () => Fault,
  passed: (bytes: number) => void,
): Promise<void> {
  let answered = 0;
  try {
    for await (const chunk of upstream as AsyncIterable<Buffer>) {
      const fault = now();
      if (fault.kind === 'stall') await until(() => now().kind !== 'stall' || client.destroyed);
      if (fault.kind === 'delay') await delay(fault.milliseconds);
      const left = fault.kind === 'truncate' || fault.kind === 'reset' ? Math.max(0, fault.bytes - answered) : Infinity;
      answered += chunk.byteLength;
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
