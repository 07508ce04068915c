import { expect, test } from 'vitest';
import { buildElf } from '../../../test/support/build-elf.ts';
import { buildFatMachO, buildMachO, MACH_O_BASE } from '../../../test/support/build-mach-o.ts';
import { buildPe, PE_BASE, peAddress } from '../../../test/support/build-pe.ts';
import { isExecutable, parseExecutables } from './parse-executables.ts';

const head = (file: Buffer) => file.subarray(0, 512);
const javaClass = Buffer.from([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 65, 0, 0]);

test.each<[string, Buffer, boolean]>([
  ['ELF', buildElf({}), true],
  ['PE', buildPe({}), true],
  ['PE of 32 bits', buildPe({}, { bits: 32 }), true],
  ['PE of .NET', buildPe({}, { managed: true }), false],
  ['PE of .NET of 32 bits', buildPe({}, { managed: true, bits: 32 }), false],
  ['a program for DOS', Buffer.from('MZ'.padEnd(200, '\0')), false],
  ['Mach-O', buildMachO({}), true],
  ['big-endian Mach-O', buildMachO({}, { bigEndian: true, bits: 32 }), true],
  ['fat Mach-O', buildFatMachO(buildMachO({}), buildMachO({})), true],
  ['a class of Java', javaClass, false],
  ['a script', Buffer.from('#!/bin/sh\n'), false],
  ['nothing', Buffer.alloc(0), false],
])('%s is executable: %s', (_, file, expected) => {
  expect(isExecutable(head(file))).toBe(expected);
  if (!expected) expect(parseExecutables(file)).toEqual([]);
});

test('of a PE the sections are where they are loaded, without what fills their blocks', () => {
  const [executable] = parseExecutables(buildPe({ '.text': Buffer.from('code'), '.dep-v0': Buffer.from('list') }));

  expect(executable?.sections).toEqual([
    { name: '.text', address: BigInt(PE_BASE + peAddress(0)), bytes: Buffer.from('code'), writable: true },
    { name: '.dep-v0', address: BigInt(PE_BASE + peAddress(1)), bytes: Buffer.from('list'), writable: true },
  ]);
});

test.each([
  { bits: 64, bigEndian: false },
  { bits: 32, bigEndian: false },
  { bits: 32, bigEndian: true },
] as const)('of a Mach-O sections and segments are found: %j', (layout) => {
  const file = buildMachO({ __text: Buffer.from('code'), __data: Buffer.from('data') }, layout);

  const [executable] = parseExecutables(file);

  const at = (text: string) => BigInt(MACH_O_BASE + file.lastIndexOf(text));
  expect(executable?.sections).toEqual([
    { name: '__text', address: at('code'), bytes: Buffer.from('code') },
    { name: '__data', address: at('data'), bytes: Buffer.from('data') },
  ]);
  expect(executable?.segments).toEqual([{ name: '', address: BigInt(MACH_O_BASE), bytes: file, writable: true }]);
});

test('each processor of a fat file has its own, and one that is cut off has none', () => {
  const fat = buildFatMachO(buildMachO({ __one: Buffer.alloc(1) }), buildMachO({ __two: Buffer.alloc(1) }));

  expect(parseExecutables(fat).map(({ sections }) => sections.map(({ name }) => name))).toEqual([['__one'], ['__two']]);
  expect(parseExecutables(fat.subarray(0, fat.byteLength - 1))).toHaveLength(1);
});
