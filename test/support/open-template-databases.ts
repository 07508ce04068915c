import { TEMPLATES_VARIABLE } from './share-template-databases.ts';
import { createTemplateDatabases, type TemplateDatabases } from './template-databases.ts';

/** Those of the run of Vitest that this process belongs to; its own elsewhere, as in benchmarks. */
export function openTemplateDatabases(): TemplateDatabases {
  const url = process.env[TEMPLATES_VARIABLE];
  if (url === undefined) return createTemplateDatabases();
  return {
    sqlite: async () => {
      const path = await ask(`${url}/sqlite`);
      if (path === undefined) throw new Error(`no SQLite template at ${url}`);
      return path;
    },
    postgres: () => ask(`${url}/postgres`),
    stop: async () => {},
  };
}

async function ask(url: string): Promise<string | undefined> {
  const response = await fetch(url);
  const answer = await response.text();
  if (response.status === 500) throw new Error(`the databases of this run cannot be made: ${answer}`);
  return response.ok ? answer : undefined;
}
