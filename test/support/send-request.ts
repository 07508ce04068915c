import { type Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface RequestToSend {
  readonly method: string;
  readonly path: string;
  /** Sent as they are, Host included; a member that is undefined is not sent. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string | Buffer;
}

/** Sends exactly these headers and bytes, as no HTTP client library would; on a connection of its own without `agent`. */
export function sendRequest(
  url: string,
  { method, path, headers, body }: RequestToSend,
  agent: Agent | false = false,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const present = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, method, path, headers: Object.fromEntries(present), agent },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
