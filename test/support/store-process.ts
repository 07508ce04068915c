import { once } from 'node:events';
import { openStore } from '../../src/store/open-store.ts';
import { createVault } from '../../src/store/vault.ts';

// A process of its own that opens the store of a URL when it is told to, and says `opened`.

const url = process.argv[2];
if (!url) throw new Error('usage: store-process.ts <database URL>');
process.stdout.write('ready\n');
await once(process.stdin, 'data');
const store = await openStore({ url, vault: createVault(Buffer.alloc(32, 7)), now: () => new Date() });
await store.ping();
process.stdout.write('opened\n');
await store.close();
process.stdin.destroy();
