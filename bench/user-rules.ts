import { Compiler, Scanner } from '@virustotal/yara-x';
import { compileRules } from '../src/analyzers/malware/yara/compile-rules.ts';
import { externals, FILE_VARIABLE } from '../src/analyzers/malware/yara/externals.ts';
import { startYara } from '../src/analyzers/malware/yara/start-yara.ts';
import type { BenchResult } from './bench-result.ts';
import { median } from './statistics.ts';

const ROUNDS = 9;
const WARM_UP = 2;
const SOURCES = 200;
const RULES = 7;
const TARGET_RATIO = 1.3;
const file = Buffer.from('some text of a file, as most of an image are\n'.repeat(100));
const facts = { filename: 'a', filepath: '/b/a', extension: '', filetype: 'Text', owner: '' };

/** What a file costs with the rules of a collection, as they are written and as we compile them, taking turns. */
export async function run(): Promise<readonly BenchResult[]> {
  startYara();
  return [await compare('no externals', false), await compare('externals', true)];
}

async function compare(name: string, withExternals: boolean): Promise<BenchResult> {
  const sources = Array.from({ length: SOURCES }, (_, at) => ({
    name: `${at}.yar`,
    text: ruleFile(at, withExternals),
  }));
  const plain = compilePlain(sources);
  const { rules, usesExternals, errors } = compileRules(sources);
  if (!rules || errors.length > 0) throw new Error(`rules do not compile: ${JSON.stringify(errors)}`);
  const scanner = new Scanner(rules);
  const rounds: { readonly before: number; readonly after: number }[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const before = processorMs(() => {
      for (const external of externals) plain.setGlobal(external, facts[external]);
      plain.scan(file);
    });
    const after = processorMs(() => {
      if (usesExternals) scanner.setGlobal(FILE_VARIABLE, facts);
      scanner.scan(file);
    });
    if (round >= 0) rounds.push({ before, after });
    // The memories of a scan are given back when the thread has a turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const ms = (side: 'before' | 'after') => median(rounds.map((each) => each[side])).toFixed(1);
  return {
    name: `a file with ${SOURCES * RULES} rules of a user, ${name}: as written / as compiled`,
    ratio: median(rounds.map(({ before, after }) => before / after)),
    target: TARGET_RATIO,
    better: 'higher',
    detail: `processor time of one file of ${file.byteLength} bytes: ${ms('before')} ms, ${ms('after')} ms`,
  };
}

function compilePlain(sources: readonly { readonly name: string; readonly text: string }[]): Scanner {
  const compiler = new Compiler();
  for (const external of externals) compiler.defineGlobal(external, '');
  for (const { name, text } of sources) {
    compiler.newNamespace(name);
    compiler.addSource(text);
  }
  return new Scanner(compiler.build());
}

/** Conditions as public collections have them. */
function ruleFile(at: number, withExternals: boolean): string {
  return Array.from({ length: RULES }, (_, rule) => {
    const id = `${at}_${rule}`;
    const extra = withExternals && rule === 0 ? ' and not filepath contains "/test/"' : '';
    return `rule R${id} { strings: $s1 = "${id}_q8x_loader" $s2 = "zk${id}_9q_stage" wide ascii fullword $op = { 55 8B EC ${hex(at)} ${hex(rule)} [2-6] 90 90 }
      condition: uint16(0) == 0x5a4d and filesize < 5MB and ( 2 of ($s*) or all of them )${extra} }`;
  }).join('\n');
}

const hex = (value: number) => (value & 0xff).toString(16).padStart(2, '0');

function processorMs(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
