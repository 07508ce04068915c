import type { Api } from './connect-api.ts';
import { listRegistries } from './find-registry.ts';
import { printable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { wrap } from './output/wrap.ts';
import { connectionOf, failureOf } from './registry-failure.ts';

/** Why a task does not go on: registries whose budget is spent. */
export async function noteWaitingRegistries(terminal: Terminal, api: Api): Promise<void> {
  const width = terminal.width ?? Number.POSITIVE_INFINITY;
  for (const row of await listRegistries(api)) {
    const reason = connectionOf(row) === 'waiting' ? failureOf(row) : undefined;
    if (!reason) continue;
    const lines = [`${row.Name}: ${reason.message}`, `  fix: ${reason.fix}`];
    terminal.note(`${lines.map((line) => wrap(printable(line), width, '    ')).join('\n')}\n`);
  }
}
