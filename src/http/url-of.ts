import type { FastifyInstance } from 'fastify';

/** Where it listens, `http://host:port`. */
export function urlOf(app: FastifyInstance): string {
  const [address] = app.addresses();
  if (!address || typeof address === 'string') throw new Error('the server listens on no TCP address');
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}
