import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../model/app-error.ts';
import type { AdvisorySource, SourceRecord } from '../advisory-source.ts';

const MiB = 1024 * 1024;

const Catalogue = z.object({ vulnerabilities: z.array(z.unknown()).max(1_000_000) });
const Entry = z.object({ cveID: z.string().regex(/^CVE-[0-9]{4}-[0-9]{4,19}$/) });

/** CISA's catalogue of known exploited vulnerabilities: https://www.cisa.gov/known-exploited-vulnerabilities-catalog */
export const kev: AdvisorySource = {
  name: 'kev',
  feeds: ({ kevUrl }) => (kevUrl ? [{ name: 'kev/catalogue', url: kevUrl, maxBytes: 64 * MiB, optional: true }] : []),
  async *read(path) {
    const catalogue = await readCatalogue(path);
    yield catalogue.map((item, index) => toRecord(item, index));
  },
};

function toRecord(item: unknown, index: number): SourceRecord {
  const entry = Entry.safeParse(item);
  return entry.success
    ? { kind: 'exploited', vulnerabilityId: entry.data.cveID }
    : { kind: 'bad', id: `entry ${index}`, message: `no CVE id: ${entry.error.issues[0]?.message}` };
}

async function readCatalogue(path: string): Promise<readonly unknown[]> {
  try {
    return Catalogue.parse(JSON.parse(await readFile(path, 'utf8'))).vulnerabilities;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
    throw new AppError(
      'blob-corrupt',
      'the catalogue of exploited vulnerabilities is not JSON with a list `vulnerabilities`',
      { cause: error },
    );
  }
}
