import type { Executable } from './executable.ts';
import { isElf, parseElf } from './parse-elf.ts';
import { isMachO, parseMachO } from './parse-mach-o.ts';
import { isPe, parsePe } from './parse-pe.ts';

/** Whether a file that begins so may be a program or library of machine code, for Linux, Windows or macOS. */
export function isExecutable(head: Uint8Array): boolean {
  return isElf(head) || isPe(head) || isMachO(head);
}

/** The programs or libraries in a file: one, or one for each processor; none when it is of no such format. */
export function parseExecutables(bytes: Uint8Array): readonly Executable[] {
  const one = parseElf(bytes) ?? parsePe(bytes);
  return one ? [one] : parseMachO(bytes);
}
