import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { openTestStore, postgresEngine } from '../support/open-test-store.ts';
import { sampleRegistry } from '../support/sample-images.ts';

interface Document {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly scaleTargetRef?: { readonly name: string };
    readonly triggers?: readonly {
      readonly authenticationRef: { readonly name: string };
      readonly metadata: { readonly query: string };
    }[];
  };
}
const read = (path: string) => loadAll(readFileSync(path, 'utf8')) as readonly Document[];

test('KEDA asks our tables what waits, and scales the workers of the other file', async (context) => {
  const engine = await postgresEngine();
  if (!engine) return context.skip('PostgreSQL is not installed');
  const { store, url } = await openTestStore(engine);
  const database = openDatabase(url);
  const [authentication, scaled] = read('deploy/kubernetes/scale-by-queue.yaml');
  const [trigger] = scaled?.spec.triggers ?? [];
  const waiting = async () => {
    const { rows } = await sql.raw<{ count: number }>(trigger?.metadata.query ?? '').execute(database.read);
    return Number(rows[0]?.count);
  };

  expect(await waiting()).toBe(0);
  for (const name of ['a', 'b']) await store.registries.add(sampleRegistry(name));
  await store.registries.requestSync('all');
  expect(await waiting()).toBe(2);
  expect(trigger?.authenticationRef.name).toBe(authentication?.metadata.name);
  const workers = read('deploy/kubernetes/plimsoll.yaml').filter(({ kind }) => kind === 'Deployment');
  expect(workers.map(({ metadata }) => metadata.name)).toContain(scaled?.spec.scaleTargetRef?.name);

  await database.close();
  await store.close();
  await engine.stop();
});
