import type { Engine } from '../database.ts';
import { type ImageCounter, imageCounters } from '../image-counters.ts';

// TotalCount must not cost a walk over an index: triggers keep the number of rows per key (see image-counters.ts).

type Column = ImageCounter['columns'][number];

const flags: readonly Column[] = ['running', 'needs_fix', 'fix_recommended'];
const counts: readonly Column[] = ['vulnerabilities', 'critical', 'high', 'medium', 'low', 'malware_files', 'risks'];
const texts: readonly Column[] = ['scan_status', 'vulnerability_status', 'malware_status', 'risk_status', 'os_name'];

/** What a counter keeps of a column: of a count whether it is above zero, of an unknown flag -1, so that no key is NULL. */
function kept(column: Column, row: string): string {
  if (flags.includes(column)) return `coalesce(${row}${column}, -1)`;
  if (counts.includes(column)) return `case when ${row}${column} > 0 then 1 else 0 end`;
  return `${row}${column}`;
}

export function countingTables(engine: Engine): readonly string[] {
  return imageCounters.map(({ table, columns }) => {
    const types = columns.map((column) => `${column} ${texts.includes(column) ? 'text' : 'bigint'} not null`);
    const key = engine === 'sqlite' ? `, primary key (${columns.join(', ')})) without rowid` : ')';
    return `create table ${table} (${types.join(', ')}, amount bigint not null${key}`;
  });
}

export function countingTriggers(engine: Engine): readonly string[] {
  return engine === 'sqlite' ? imageCounters.flatMap(sqliteTriggers) : postgresTriggers;
}

function sqliteTriggers({ table, columns }: ImageCounter): readonly string[] {
  const add = (row: 'new' | 'old', amount: number) => `
    insert into ${table} (${columns.join(', ')}, amount)
    values (${columns.map((column) => kept(column, `${row}.`)).join(', ')}, ${amount})
    on conflict do update set amount = amount + excluded.amount;`;
  const changed = columns.map((column) => `${kept(column, 'old.')} <> ${kept(column, 'new.')}`);
  return [
    `create trigger ${table}_insert after insert on images begin ${add('new', 1)} end`,
    `create trigger ${table}_delete after delete on images begin ${add('old', -1)} end`,
    `create trigger ${table}_update after update of ${columns.join(', ')} on images when ${changed.join(' or ')}
      begin ${add('old', -1)} ${add('new', 1)} end`,
  ];
}

// On PostgreSQL concurrent transactions would queue on shared counter rows, or deadlock: each statement appends its
// difference instead, and housekeeping folds the rows together.
const differences = (rows: (columns: string) => string) =>
  imageCounters.map(({ table, columns }) => {
    const named = columns.map((column) => `${kept(column, '')} as ${column}`).join(', ');
    const key = columns.join(', ');
    return `insert into ${table} (${key}, amount)
      select ${key}, sum(amount) from (${rows(named)}) changed group by ${key} having sum(amount) <> 0;`;
  });

const countedFunction = (name: string, rows: (columns: string) => string) => `
  create function ${name}() returns trigger language plpgsql as $$ begin
    ${differences(rows).join('\n')}
    return null;
  end $$`;
const added = (columns: string) => `select ${columns}, 1 as amount from new_rows`;
const removed = (columns: string) => `select ${columns}, -1 as amount from old_rows`;

const postgresTriggers = [
  countedFunction('images_counted_insert', added),
  countedFunction('images_counted_delete', removed),
  countedFunction('images_counted_update', (columns) => `${removed(columns)} union all ${added(columns)}`),
  `create trigger images_counted_insert after insert on images referencing new table as new_rows
    for each statement execute function images_counted_insert()`,
  `create trigger images_counted_delete after delete on images referencing old table as old_rows
    for each statement execute function images_counted_delete()`,
  `create trigger images_counted_update after update on images referencing old table as old_rows new table as new_rows
    for each statement execute function images_counted_update()`,
];
