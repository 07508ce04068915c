import { Busboy } from '@fastify/busboy';
import { errors } from './errors.ts';
import type { JsonObject } from './parse-input.ts';
import { unflatten } from './unflatten.ts';

const MAX_PARTS = 1_000;
const MAX_NAME_BYTES = 1_000;

/**
 * The parameters of a `multipart/form-data` body: a part is text under a plain or a dotted name, or JSON when its own
 * content type says so, as the Python and PHP SDKs send lists and objects.
 * @throws ApiError InvalidRequest when the body is malformed or cut off
 */
export async function parseMultipart(contentType: string, body: Uint8Array): Promise<JsonObject> {
  const pairs: (readonly [string, unknown])[] = [];
  await readParts(contentType, body, (name, type, bytes) => pairs.push([name, toValue(name, type, bytes)]));
  return unflatten(pairs);
}

function toValue(name: string, type: string, bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return type.toLowerCase() === 'application/json' ? JSON.parse(text) : text;
  } catch {
    throw errors.invalidRequest(`part ${name.slice(0, 100)} is neither UTF-8 text nor JSON`);
  }
}

type OnPart = (name: string, type: string, bytes: Uint8Array) => void;

/** Every part as a file, so that its bytes come as they were sent whatever its headers say. */
function readParts(contentType: string, body: Uint8Array, onPart: OnPart): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string) => reject(errors.invalidRequest(why));
    let parser: ReturnType<typeof createParser>;
    try {
      parser = createParser(contentType);
    } catch {
      return refuse('its content type names no usable boundary');
    }
    parser.on('file', (name: string | undefined, stream, _filename, _encoding, type) => {
      // Before anything else: a stream without this listener would end the process when the body is cut off.
      stream.on('error', () => refuse('it is cut off'));
      if (name === undefined) return refuse('a part has no name');
      const chunks: Uint8Array[] = [];
      stream.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      stream.on('end', () => {
        try {
          onPart(name, type, Buffer.concat(chunks));
        } catch (error) {
          reject(error);
        }
      });
    });
    parser.on('partsLimit', () => refuse(`it has more than ${MAX_PARTS} parts`));
    parser.on('error', () => refuse('it is malformed or cut off'));
    parser.on('finish', resolve);
    parser.end(body);
  });
}

const createParser = (contentType: string) =>
  new Busboy({
    headers: { 'content-type': contentType },
    isPartAFile: () => true,
    limits: { parts: MAX_PARTS, fieldNameSize: MAX_NAME_BYTES, headerPairs: 20 },
  });
