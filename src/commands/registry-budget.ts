import { type Command, InvalidArgumentError } from 'commander';
import { allowanceExample, parseAllowance } from '../config/parse-allowance.ts';
import { registryLimits } from '../config/registry-limits.ts';
import type { Registry } from '../model/registry.ts';
import {
  type Allowance,
  type BudgetKind,
  type BudgetState,
  describeClosed,
  type RegistryLimits,
} from '../model/registry-budget.ts';
import type { Store } from '../store/store.ts';
import type { CommandContext } from './command-context.ts';
import { findLocalRegistry } from './find-local-registry.ts';
import { withLocalStore } from './open-local-store.ts';
import { outputOption, printList } from './output/print-list.ts';
import type { Column } from './output/table.ts';
import { formatBytes } from './output/units.ts';

const formats = ['table', 'json'] as const;

interface BudgetOptions {
  readonly requests?: Allowance | 'default';
  readonly bytes?: Allowance | 'default';
  readonly concurrency?: number | 'default';
  readonly output: (typeof formats)[number];
}

export function defineRegistryBudget(parent: Command, context: CommandContext): void {
  parent
    .command('budget')
    .description('show or set what may be asked of a registry, by all servers and workers together')
    .argument('<name>', 'name or id of the registry')
    .option(
      '--requests <limit>',
      `requests in a time, such as ${allowanceExample.requests}, or default`,
      parse('requests'),
    )
    .option('--bytes <limit>', `bytes in a time, such as ${allowanceExample.bytes}, or default`, parse('bytes'))
    .option('--concurrency <count>', 'requests under way at once in each process, or default', parseConcurrency)
    .addOption(outputOption(formats))
    .addHelpText(
      'after',
      `
It works on the database of this machine's settings; no server is asked. Servers and workers take a change within seconds.
Whatever a registry says of its own rate limit (RateLimit-*, X-RateLimit-*, Retry-After) is kept beside it and needs no setting.

Examples:
  plimsoll registry budget hub
  plimsoll registry budget hub --requests ${allowanceExample.requests} --bytes ${allowanceExample.bytes}
  plimsoll registry budget hub --requests default`,
    )
    .action((name: string, options: BudgetOptions) =>
      withLocalStore(context, async (store) => {
        const registry = await findLocalRegistry(store, name);
        const { requests, bytes, concurrency } = options;
        if (requests !== undefined || bytes !== undefined || concurrency !== undefined) {
          await store.budgets.setLimits(registry.id, change(await store.budgets.limits(registry.id), options));
        }
        await show(context, store, registry, options.output);
      }),
    );
}

function change(before: RegistryLimits, { requests, bytes, concurrency }: BudgetOptions): RegistryLimits {
  const after = { requests: requests ?? before.requests, bytes: bytes ?? before.bytes };
  const places = concurrency ?? before.concurrency;
  return {
    ...(after.requests && after.requests !== 'default' ? { requests: after.requests } : {}),
    ...(after.bytes && after.bytes !== 'default' ? { bytes: after.bytes } : {}),
    ...(places !== undefined && places !== 'default' ? { concurrency: places } : {}),
  };
}

async function show(
  context: CommandContext,
  store: Store,
  registry: Registry,
  output: BudgetOptions['output'],
): Promise<void> {
  const own = await store.budgets.limits(registry.id);
  const limits = { ...registryLimits(context.config()), ...own };
  const rows = toRows(limits, await store.budgets.states(registry.id));
  if (output === 'json') {
    const document = { registry: registry.name, concurrency: limits.concurrency, budgets: rows };
    return context.terminal.out(`${JSON.stringify(document, null, 2)}\n`);
  }
  printList<BudgetRow>(context.terminal, 'table', {
    rows,
    columns,
    name: ({ kind }) => kind,
    json: (row) => row,
    empty: `Nothing limits what is asked of "${registry.name}", and it has not told a limit of its own.`,
  });
  context.terminal.note(`At most ${limits.concurrency} requests at once in each process.\n`);
  const spent = rows.find(({ remaining, opensAt }) => remaining === 0 && opensAt !== undefined);
  if (spent?.opensAt)
    context.terminal.note(`Its jobs wait: ${describeClosed({ kind: spent.kind, until: spent.opensAt })}.\n`);
}

interface BudgetRow {
  readonly kind: BudgetKind;
  readonly allowance?: number;
  readonly windowMs?: number;
  /** Absent: nothing of it has been used in this window. */
  readonly remaining?: number;
  readonly opensAt?: Date;
}

/** What people allow is shown, too, where nothing of it has been used yet. */
function toRows(limits: RegistryLimits, states: readonly BudgetState[]): readonly BudgetRow[] {
  const allowed = (['requests', 'bytes'] as const).flatMap((kind): readonly BudgetRow[] => {
    const limit = limits[kind];
    if (!limit) return [];
    const state = states.find((each) => each.kind === kind);
    const used = state ? { remaining: state.remaining, opensAt: state.opensAt } : {};
    return [{ kind, allowance: limit.amount, windowMs: limit.windowMs, ...used }];
  });
  const told = states.filter(({ kind }) => kind === 'told' || kind === 'closed').map(({ probe: _, ...state }) => state);
  return [...allowed, ...told];
}

const words: Readonly<Record<BudgetKind, string>> = {
  requests: 'requests',
  bytes: 'bytes',
  told: 'requests, as it says',
  closed: 'asked to wait',
};

const amountOf = (kind: BudgetKind, amount: number | undefined) =>
  amount === undefined || kind === 'closed' ? '-' : kind === 'bytes' ? formatBytes(amount) : String(amount);

const columns: readonly Column<BudgetRow>[] = [
  { title: 'BUDGET', text: ({ kind }) => words[kind] },
  { title: 'LIMIT', text: ({ kind, allowance }) => amountOf(kind, allowance), align: 'right' },
  { title: 'IN', text: ({ windowMs }) => (windowMs === undefined ? '-' : `${windowMs / 1_000} s`), align: 'right' },
  { title: 'LEFT', text: ({ kind, allowance, remaining }) => amountOf(kind, remaining ?? allowance), align: 'right' },
  { title: 'OPENS', text: ({ opensAt }) => (opensAt ? `${opensAt.toISOString().slice(0, 19)}Z` : '-') },
];

const WHOLE = /^\d{1,15}$/;
const MOST_AT_ONCE = 256;

function parse(of: 'requests' | 'bytes') {
  return (text: string): Allowance | 'default' => {
    const parsed = text === 'default' ? text : parseAllowance(text, of);
    if (parsed === undefined) throw new InvalidArgumentError(`Write it like ${allowanceExample[of]}, or default.`);
    return parsed;
  };
}

function parseConcurrency(text: string): number | 'default' {
  if (text === 'default') return text;
  const value = WHOLE.test(text) ? Number(text) : 0;
  if (value < 1 || value > MOST_AT_ONCE)
    throw new InvalidArgumentError(`Write a number from 1 to ${MOST_AT_ONCE}, or default.`);
  return value;
}
