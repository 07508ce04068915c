import type { FileCheck } from '../file-check.ts';
import { linesOf } from '../lines-of.ts';

export const preloadedLibrary: FileCheck = {
  id: 'PLI-LI-0007',
  title: 'A library is loaded into every program',
  severity: 'high',
  behavior: 'software',
  solution: 'Remove /etc/ld.so.preload unless you know what put it there: rootkits and miners hide so',
  paths: ['etc/ld.so.preload'],
  analyze: (text) =>
    linesOf(text, '#').map(({ line, text: shown }) => ({ detail: 'by the loader of programs', line, shown })),
};
