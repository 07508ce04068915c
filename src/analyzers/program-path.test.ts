import { expect, test } from 'vitest';
import { mayBeProgram } from './program-path.ts';

test.each([
  ['usr/bin/app', true],
  ['app/tool-1.10', true],
  ['usr/lib/libapp.so', true],
  ['usr/lib/x86_64-linux-gnu/libapp.so.1.2.3', true],
  ['usr/lib/python3/site-packages/native.cpython-312-x86_64-linux-gnu.so', true],
  ['app/node_modules/native/index.linux-x64-gnu.node', true],
  ['app/runtimes/win-x64/native/app.dll', true],
  ['app/lib/libapp.dylib', true],
  ['usr/lib/modules/6.1/kernel.ko', false],
  ['lib/modules/6.1/odd.so', false],
  ['etc/ld.so.cache', false],
  ['etc/ld.so.conf', false],
  ['app/main.js', false],
  ['app/README', false],
])('%s may be a program: %s', (path, expected) => {
  expect(mayBeProgram(path)).toBe(expected);
});
