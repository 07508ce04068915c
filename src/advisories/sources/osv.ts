import { z } from 'zod';
import { AppError } from '../../model/app-error.ts';
import type { AdvisorySource, SourceRecord } from '../advisory-source.ts';
import { joinUrl } from '../feed-url.ts';
import { parseOsvRecord } from '../osv-record.ts';
import { readZip, type ZipEntry } from '../zip-entries.ts';

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
    for await (const entry of readZip(path)) if (entry.name.endsWith('.json')) yield toRecord(entry, ecosystem);
  },
};

function toRecord(entry: ZipEntry, ecosystem: string): SourceRecord {
  try {
    const advisory = parseOsvRecord(JSON.parse(entry.read().toString('utf8')), ecosystem);
    return advisory ? { kind: 'advisory', advisory } : { kind: 'ignored' };
  } catch (error) {
    return { kind: 'bad', id: entry.name, message: describe(error) };
  }
}

function describe(error: unknown): string {
  if (error instanceof AppError) return error.message;
  if (error instanceof SyntaxError) return `not JSON: ${error.message.slice(0, 200)}`;
  if (!(error instanceof z.ZodError)) throw error;
  const [issue] = error.issues;
  return `not an OSV record: ${issue?.path.join('.')}: ${issue?.message}`.slice(0, 300);
}
