import { createWriteStream } from 'node:fs';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

const SOURCE = join(import.meta.dirname, 'advisories');

/** Lays the demo's advisories out below `target` as the public feeds do: `osv/<Ecosystem>/all.zip` and `kev/…json`. */
export async function writeAdvisoryFolder(target: string): Promise<{ readonly osv: string; readonly kev: string }> {
  for (const ecosystem of await readdir(join(SOURCE, 'osv'))) {
    const from = join(SOURCE, 'osv', ecosystem);
    const folder = join(target, 'osv', ecosystem);
    await mkdir(folder, { recursive: true });
    const zip = new ZipFile();
    for (const name of (await readdir(from)).sort()) zip.addFile(join(from, name), name);
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(join(folder, 'all.zip')));
  }
  await cp(join(SOURCE, 'kev'), join(target, 'kev'), { recursive: true });
  return { osv: join(target, 'osv'), kev: join(target, 'kev', 'known_exploited_vulnerabilities.json') };
}
