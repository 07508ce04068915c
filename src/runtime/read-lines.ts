import { AppError } from '../model/app-error.ts';

const NEWLINE = 10;

/** The lines of a stream of UTF-8, without empty ones. @throws AppError `limit-exceeded` for a longer one than `maxBytes` */
export async function* readLines(stream: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let size = 0;
  const take = () => {
    const line = Buffer.concat(parts).toString('utf8').trim();
    parts = [];
    size = 0;
    return line;
  };
  for await (const chunk of stream) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      parts.push(chunk.subarray(from, at));
      const line = take();
      if (line !== '') yield line;
      from = at + 1;
    }
    size += chunk.byteLength - from;
    if (size > maxBytes) throw new AppError('limit-exceeded', `a line is longer than ${maxBytes} bytes`);
    parts.push(chunk.subarray(from));
  }
  const last = take();
  if (last !== '') yield last;
}
