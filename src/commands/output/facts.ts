import { printable } from './table.ts';
import { wrap } from './wrap.ts';

/** A name and what is to be said under it. */
export type Fact = readonly [name: string, value: string];

const GAP = 2;

/** Aligned lines of `Name  value`; long values go on below their beginning. */
export function renderFacts(facts: readonly Fact[], width: number | undefined): string {
  const indent = Math.max(...facts.map(([name]) => name.length)) + GAP;
  const lines = facts.map(([name, value]) => {
    const text = `${name.padEnd(indent)}${printable(value)}`.trimEnd();
    return width === undefined ? text : wrapValue(name, value, indent, width);
  });
  return lines.map((line) => `${line}\n`).join('');
}

function wrapValue(name: string, value: string, indent: number, width: number): string {
  const text = wrap(printable(value), Math.max(1, width - indent), '');
  return `${name.padEnd(indent)}${text.replaceAll('\n', `\n${' '.repeat(indent)}`)}`.trimEnd();
}
