import { onTestFinished } from 'vitest';
import {
  connectMalware,
  type MalwareClient,
  type MalwareSession,
} from '../../src/analyzers/malware/connect-malware.ts';
import {
  createMalwareEngines,
  type MalwareEngines,
  type MalwareEnginesOptions,
} from '../../src/analyzers/malware/create-malware-engines.ts';
import { buildZip } from './build-zip.ts';

const never = new AbortController().signal;

/** Of the layer that files are said to be of. */
export const digest = `sha256:${'a'.repeat(64)}` as const;
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Until the test has finished. */
export function openEngines(options: MalwareEnginesOptions = {}): { engines: MalwareEngines; client: MalwareClient } {
  const engines = createMalwareEngines(options);
  onTestFinished(() => engines.close());
  return { engines, client: connectMalware(engines.connect()) };
}

export const zip = (files: Files) => buildZip(Object.entries(files).map(([name, content]) => ({ name, content })));

/** As a scan does: what the first session leaves is sent to another. */
export async function scanWithEngines(client: MalwareClient, files: Files, signal = never) {
  const session = client.begin(digest, signal);
  for (const [path, content] of Object.entries(files)) await sendFile(session, path, Buffer.from(content));
  const report = await session.finish();
  if (session.left.length === 0) return report;
  const again = client.begin(digest, signal, session.left);
  for (const [path, content] of Object.entries(files)) await sendFile(again, path, Buffer.from(content));
  const { files: found, failures } = await again.finish();
  return { ...report, files: [...report.files, ...found], failures: [...report.failures, ...failures] };
}

export async function sendFile(session: MalwareSession, path: string, bytes: Buffer): Promise<void> {
  const reader = session.open({ path, size: bytes.byteLength, mode: 0o644 });
  for (let at = 0; at < bytes.byteLength; at += 100_000) await reader?.write(bytes.subarray(at, at + 100_000));
  reader?.end();
}

/** `engine path name` of each finding, sorted. */
export const foundBy = (report: Awaited<ReturnType<typeof scanWithEngines>>) =>
  report.files.map(({ engine, path, name }) => `${engine} ${path} ${name}`).sort();
