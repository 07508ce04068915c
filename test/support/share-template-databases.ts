import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTemplateDatabases } from './template-databases.ts';

/** Where the files of a run ask for the databases that they share; absent outside of a run. */
export const TEMPLATES_VARIABLE = 'PLIMSOLL_TEST_TEMPLATES';

/**
 * Once per run of Vitest, in its main process: a server that answers `GET /sqlite` and `GET /postgres` with what
 * `TemplateDatabases` returns. Nothing is made before it is asked for: most runs are of one file.
 */
export default async function shareTemplateDatabases(): Promise<() => Promise<void>> {
  // Each project of the run calls this; the first has done it for all.
  if (process.env[TEMPLATES_VARIABLE] !== undefined) return async () => {};
  const templates = createTemplateDatabases();
  const server = createServer((request, response) => {
    const asked = request.url === '/postgres' ? templates.postgres() : templates.sqlite();
    asked.then(
      (answer) => response.writeHead(answer === undefined ? 404 : 200).end(answer ?? ''),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  process.env[TEMPLATES_VARIABLE] = `http://127.0.0.1:${port}`;
  return async () => {
    delete process.env[TEMPLATES_VARIABLE];
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await templates.stop();
  };
}
