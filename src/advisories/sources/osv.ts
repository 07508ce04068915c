import { z } from 'zod';
import { AppError } from '../../model/app-error.ts';
import type { AdvisorySource, SourceRecord } from '../advisory-source.ts';
import { joinUrl } from '../feed-url.ts';
import { parseOsvRecord } from '../osv-record.ts';
import type { ZipEntry } from '../unpack-entries.ts';
import { readZip } from '../zip-entries.ts';

const GiB = 1024 ** 3;

/** OSV.dev's bucket, or a mirror of it: `<base>/<Ecosystem>/all.zip`, one JSON file for each advisory. */
export const osv: AdvisorySource = {
  name: 'osv',
  feeds: ({ osvUrl, ecosystems }) =>
    ecosystems.map((ecosystem) => ({
      name: `osv/${ecosystem}`,
      url: joinUrl(osvUrl, ecosystem, 'all.zip'),
      maxBytes: 4 * GiB, // npm, the biggest, has 0.2 GiB
      optional: false,
    })),
  async *read(path, feed) {
    const ecosystem = feed.slice('osv/'.length);
    for await (const entries of readZip(path)) yield toRecords(entries, ecosystem);
  },
};

function* toRecords(entries: readonly ZipEntry[], ecosystem: string): Generator<SourceRecord> {
  for (const entry of entries) if (entry.name.endsWith('.json')) yield toRecord(entry, ecosystem);
}

function toRecord({ name, content }: ZipEntry, ecosystem: string): SourceRecord {
  if (content instanceof AppError) return { kind: 'bad', id: name, message: content.message };
  try {
    const advisory = parseOsvRecord(JSON.parse(content.toString('utf8')), ecosystem);
    return advisory ? { kind: 'advisory', advisory } : { kind: 'ignored' };
  } catch (error) {
    return { kind: 'bad', id: name, message: describe(error) };
  }
}

function describe(error: unknown): string {
  if (error instanceof SyntaxError) return `not JSON: ${error.message.slice(0, 200)}`;
  if (!(error instanceof z.ZodError)) throw error;
  const [issue] = error.issues;
  return `not an OSV record: ${issue?.path.join('.')}: ${issue?.message}`.slice(0, 300);
}
