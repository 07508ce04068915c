import { addAbortSignal, Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ExportLinks } from '../api/export-links.ts';
import { exportMessage } from '../api/export-message.ts';
import { exportFileName } from '../api/export-names.ts';
import type { ExportFormat } from '../exports/export-format.ts';
import type { Export, ExportStore } from '../store/export-store.ts';

export interface ExportDownloads {
  readonly exports: Pick<ExportStore, 'get' | 'chunk'>;
  readonly formats: readonly ExportFormat[];
  readonly links: ExportLinks;
  readonly now: () => Date;
}

/** How soon a client should ask again for a file that is being written. */
const RETRY_AFTER_SECONDS = 2;

/**
 * Files of exports, for whoever has a signed link: no API key is asked for. The signature comes first, so that nobody
 * learns from an answer which exports there are.
 */
export function serveExports(app: FastifyInstance, downloads: ExportDownloads): void {
  const closing = new AbortController();
  // A slow reader must not keep the server from stopping; the link goes on working afterwards.
  app.addHook('preClose', async () => closing.abort());
  app.get<{
    Params: { readonly id: string };
    Querystring: { readonly expires?: unknown; readonly signature?: unknown };
  }>('/exports/:id/:file', async (request, reply) => {
    const { id } = request.params;
    const { expires, signature } = request.query;
    void reply.headers({ 'cache-control': 'private, no-store', 'x-content-type-options': 'nosniff' });
    const signed =
      typeof expires === 'string' && typeof signature === 'string' && downloads.links.verify(id, expires, signature);
    if (!signed) return refuse(reply, 403, 'This link is not valid. Ask DescribeExportJobDownloadURL for a new one.');
    const now = downloads.now();
    if (Number(expires) * 1000 <= now.getTime())
      return refuse(reply, 410, 'This link has expired: files are kept for an hour. Start the export again.');
    const entry = await downloads.exports.get(Number(id));
    if (!entry) return refuse(reply, 404, 'This export is not here any more. Start it again.');
    if (entry.status === 'failed')
      return refuse(reply, 410, `There is no file: ${exportMessage(entry, 'en-US', now)}.`);
    if (entry.status === 'running') {
      void reply.header('retry-after', RETRY_AFTER_SECONDS);
      return refuse(reply, 409, `The file is being written (${entry.progress} %). Try again in a moment.`);
    }
    return send(reply, entry, downloads, closing.signal);
  });
}

const refuse = (reply: FastifyReply, status: number, text: string) =>
  reply.code(status).type('text/plain; charset=utf-8').send(`${text}\n`);

function send(reply: FastifyReply, entry: Export, { exports, formats }: ExportDownloads, closing: AbortSignal) {
  const format = formats.find(({ name }) => name === entry.format);
  return reply
    .headers({
      'content-type': format?.contentType ?? 'application/octet-stream',
      'content-length': entry.bytes,
      'content-disposition': `attachment; filename="${exportFileName(entry)}"`,
    })
    .send(addAbortSignal(closing, Readable.from(readChunks(exports, entry))));
}

/** One piece in memory at a time. A file that vanishes meanwhile breaks the connection: half of it is no answer. */
async function* readChunks(exports: ExportDownloads['exports'], { id, bytes }: Export): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for (let sequence = 0; sent < bytes; sequence++) {
    const chunk = await exports.chunk(id, sequence);
    if (!chunk) throw new Error(`export ${id} has no piece ${sequence}`);
    sent += chunk.byteLength;
    yield chunk;
  }
}
