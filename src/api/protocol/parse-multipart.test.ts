import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiError } from './api-error.ts';
import { parseMultipart } from './parse-multipart.ts';

const TYPE = 'multipart/form-data; boundary=----aB3';
const part = (headers: string, body: string) => `------aB3\r\n${headers}\r\n\r\n${body}\r\n`;
const named = (name: string, more = '') => `Content-Disposition: form-data; name="${name}"${more}`;
const body = (...parts: string[]) => Buffer.from(`${parts.join('')}------aB3--\r\n`);

describe('parameters are read', () => {
  test('as the Node SDK sends them', async () => {
    const bytes = body(
      part(named('ImageID'), '未命名'),
      part(`${named('Limit')}\r\nContent-Type: application/octet-stream`, '5'),
    );

    expect({ ...(await parseMultipart(TYPE, bytes)) }).toEqual({ ImageID: '未命名', Limit: '5' });
  });

  test('as the Python and PHP SDKs send lists and binary fields', async () => {
    const filters = [{ Name: 'ImageName', Values: ['a'] }];
    const bytes = body(
      part(`${named('Filters')}\r\nContent-Type: application/json`, JSON.stringify(filters)),
      part(named('By', '; filename="By"'), 'ScanTime'),
    );

    expect({ ...(await parseMultipart(TYPE, bytes)) }).toEqual({ Filters: filters, By: 'ScanTime' });
  });

  test('under dotted names', async () => {
    const result = await parseMultipart(TYPE, body(part(named('Id.0'), '5'), part(named('Id.1'), '6')));

    expect({ ...result }).toEqual({ Id: ['5', '6'] });
  });

  test('a value may hold line breaks and what looks like a boundary', async () => {
    const value = '\r\n--\r\n------aB\r\n';

    expect({ ...(await parseMultipart(TYPE, body(part(named('a'), value)))) }).toEqual({ a: value });
  });
});

test.each([
  ['no boundary', 'multipart/form-data', body(), 'its content type names no usable boundary'],
  ['no parts at all', TYPE, Buffer.from(''), 'it is malformed or cut off'],
  ['noise', TYPE, Buffer.from('noise'), 'it is malformed or cut off'],
  ['no end', TYPE, Buffer.from(part(named('a'), 'b')), 'it is malformed or cut off'],
  ['a part without a name', TYPE, body(part('Content-Disposition: form-data', 'b')), 'a part has no name'],
  [
    'a part without a name that is cut off',
    TYPE,
    Buffer.from(part('Content-Disposition: form-data', 'b')),
    'a part has no name',
  ],
  [
    'broken JSON',
    TYPE,
    body(part(`${named('a')}\r\nContent-Type: application/json`, '{')),
    'part a is neither UTF-8 text nor JSON',
  ],
  [
    'too many parts',
    TYPE,
    body(...Array.from({ length: 1001 }, (_, at) => part(named(`a${at}`), ''))),
    'it has more than 1000 parts',
  ],
])('%s is refused', async (_, type, bytes, why) => {
  await expect(parseMultipart(type, bytes)).rejects.toThrow(`The multipart/form-data body is not valid: ${why}.`);
});

test('text that is not UTF-8 is refused', async () => {
  const bytes = Buffer.concat([
    Buffer.from(`------aB3\r\n${named('a')}\r\n\r\n`),
    Buffer.from([0xff]),
    Buffer.from('\r\n------aB3--\r\n'),
  ]);

  await expect(parseMultipart(TYPE, bytes)).rejects.toThrow('part a is neither UTF-8 text nor JSON');
});

test('however it is cut or spoiled, it is read or refused as a client error', async () => {
  const good = body(part(named('a'), 'b'), part(`${named('c')}\r\nContent-Type: application/json`, '[1]'));
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length), fc.nat(good.length - 1), fc.nat(255), async (length, at, byte) => {
      const spoiled = Buffer.from(good.subarray(0, length));
      if (at < length) spoiled[at] = byte;
      try {
        await parseMultipart(TYPE, spoiled);
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError);
      }
    }),
    { numRuns: 500 },
  );
});
