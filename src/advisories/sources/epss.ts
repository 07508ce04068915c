import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { AppError } from '../../model/app-error.ts';
import type { AdvisorySource, SourceRecord } from '../advisory-source.ts';

const MiB = 1024 * 1024;
const MAX_BYTES = 128 * MiB; // 12 in 2026, of some 300 000 CVEs
const BATCH = 1000;
const LINE = /^(CVE-[0-9]{4}-[0-9]{4,19}),([0-9.eE+-]{1,20}),([0-9.eE+-]{1,20})$/;
const HEADER = /^(?:#|cve,)/;

/** FIRST's scores of the day, `epss_scores-current.csv.gz`: https://www.first.org/epss/data_stats */
export const epss: AdvisorySource = {
  name: 'epss',
  feeds: ({ epssUrl }) => (epssUrl ? [{ name: 'epss/scores', url: epssUrl, maxBytes: 64 * MiB, optional: true }] : []),
  async *read(path) {
    const text = await unpack(path);
    let batch: SourceRecord[] = [];
    for (let start = 0, number = 1; start < text.length; number++) {
      const found = text.indexOf('\n', start);
      const end = found < 0 ? text.length : found;
      const line = text.slice(start, end).trimEnd();
      start = end + 1;
      if (line !== '' && !HEADER.test(line)) batch.push(toRecord(line, number));
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
    yield batch;
  },
};

async function unpack(path: string): Promise<string> {
  try {
    return gunzipSync(await readFile(path), { maxOutputLength: MAX_BYTES }).toString('latin1');
  } catch (error) {
    throw new AppError('blob-corrupt', 'the EPSS scores are not a gzip file of a size that we read', { cause: error });
  }
}

function toRecord(line: string, number: number): SourceRecord {
  const [, vulnerabilityId, ...numbers] = LINE.exec(line) ?? [];
  const [probability = Number.NaN, percentile = Number.NaN] = numbers.map(Number);
  const valid = [probability, percentile].every((each) => each >= 0 && each <= 1);
  if (vulnerabilityId === undefined || !valid) {
    return { kind: 'bad', id: `line ${number}`, message: 'not a CVE id and two numbers between 0 and 1' };
  }
  return { kind: 'epss', vulnerabilityId, epss: { probability, percentile } };
}
