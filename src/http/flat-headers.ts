import type { FastifyRequest } from 'fastify';

/** One text for each header, by lower-case name. */
export function flatHeaders(request: FastifyRequest): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(request.raw.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
