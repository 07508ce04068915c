import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import yauzl from 'yauzl';
import { compileAdvisories } from '../src/advisories/compile.ts';
import { sources } from '../src/advisories/sources/index.ts';
import { ecosystems } from '../src/ecosystems/index.ts';

// Compiles feeds, or only unpacks and parses them, and says what it took: node bench/compile-once.ts <target or ''> <archive>…
// In a process of its own, for its memory; what it imports is loaded before the clock starts.

const [target = '', ...paths] = process.argv.slice(2);
const start = performance.now();
const before = process.cpuUsage();
const bytes = target === '' ? await parseAll() : await compile();
const milliseconds = performance.now() - start;
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ milliseconds, cpu: (user + system) / 1000, bytes, peak: peakMemory() }));

async function compile(): Promise<number> {
  const feeds = paths.map((path) => ({ name: `osv/${path.split('/').at(-2)}`, path }));
  const times = { compiledAt: '2026-01-01T00:00:00Z', checkedAt: '2026-01-01T00:00:00Z' };
  const deps = { sources, ecosystems, onProgress: () => {} };
  await compileAdvisories({ feeds, target, id: 'bench', ...times }, deps, new AbortController().signal);
  return 0;
}

/** The least that reading these archives takes: each file inflated and parsed by itself. Bytes of JSON. */
async function parseAll(): Promise<number> {
  let sum = 0;
  for (const path of paths) {
    const archive = readFileSync(path);
    const zip = await yauzl.fromBufferPromise(archive);
    for await (const entry of zip.eachEntry()) {
      const at = entry.relativeOffsetOfLocalHeader;
      const content = at + 30 + archive.readUInt16LE(at + 26) + archive.readUInt16LE(at + 28);
      const json = inflateRawSync(archive.subarray(content, content + entry.compressedSize));
      if (typeof JSON.parse(json.toString('utf8')) !== 'object') throw new Error(`${entry.fileName} is no record`);
      sum += json.length;
    }
  }
  return sum;
}

/** Bytes. Linux counts since the program was loaded; the other figure is inherited from the process that started this one. */
function peakMemory(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const kibibytes = /^VmHWM:\s+([0-9]+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kibibytes) * 1024;
}
