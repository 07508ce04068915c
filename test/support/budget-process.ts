import { createConnections } from '../../src/inventory/create-connections.ts';
import { AppError } from '../../src/model/app-error.ts';
import { registryTypes } from '../../src/registries/types/index.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createVault } from '../../src/store/vault.ts';

// A process of its own that asks a registry for one manifest as often as it may, as a worker does, and says how often.

const [url = '', registryId = '', most = ''] = process.argv.slice(2);
const now = () => new Date();
const store = await openStore({ url, vault: createVault(Buffer.alloc(32, 7)), now });
const connections = createConnections({
  registries: store.registries,
  types: registryTypes,
  network: { allowPrivate: true },
  budgets: {
    store: store.budgets,
    defaults: {},
    blobRate: 0,
    now,
    onError: (error) => process.stderr.write(`${String(error)}\n`),
  },
});
const client = await connections.get(Number(registryId));
let answered = 0;
let ended = '';
while (answered < Number(most) && ended === '') {
  try {
    await client.manifest('team/app', 'v1', new AbortController().signal);
    answered += 1;
  } catch (error) {
    ended = error instanceof AppError ? `${error.code} ${error.retryAt?.toISOString() ?? ''}` : String(error);
  }
}
await connections.close();
await store.close();
process.stdout.write(`${JSON.stringify({ answered, ended })}\n`);
