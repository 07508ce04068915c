import type { Engine } from '../database.ts';
import type { CountedColumn, ImageCounter } from '../image-counters.ts';

// TotalCount must not cost a walk over an index: triggers keep the number of rows per key (see image-counters.ts).

const flags: readonly CountedColumn[] = ['running', 'needs_fix', 'fix_recommended'];
const counts: readonly CountedColumn[] = [
  'vulnerabilities',
  'critical',
  'high',
  'medium',
  'low',
  'malware_files',
  'risks',
];
const texts: readonly CountedColumn[] = [
  'scan_status',
  'vulnerability_status',
  'malware_status',
  'risk_status',
  'os_name',
  'namespace',
  'name',
];
/** Columns of `images` behind what is no column of it; a row never changes its repository. */
const behind: Readonly<Partial<Record<CountedColumn, readonly string[]>>> = {
  at_risk: ['vulnerabilities', 'malware_files', 'risks'],
  created_day: ['created_at'],
  listed_day: ['listed_at'],
  namespace: [],
  name: [],
};

/** What a counter keeps of a column: of a count whether it is above zero, of an unknown flag -1, so that no key is NULL. */
function kept(column: CountedColumn, row: string): string {
  switch (column) {
    case 'namespace':
    case 'name':
      return `(select repositories.${column} from repositories where repositories.id = ${row}repository_id)`;
    case 'at_risk':
      return `case when ${row}vulnerabilities > 0 or ${row}malware_files > 0 or ${row}risks > 0 then 1 else 0 end`;
    case 'created_day':
      return dayOf(`${row}created_at`);
    case 'listed_day':
      return dayOf(`${row}listed_at`);
    default:
      return keptOfColumn(column, row);
  }
}

/** Of days since 1970; what is older is -1, the unknown -2: in the order in which the list has them. */
const dayOf = (time: string): string =>
  `case when ${time} is null then -2 when ${time} < 0 then -1 else ${time} / 86400000 end`;

function keptOfColumn(column: CountedColumn, row: string): string {
  if (flags.includes(column)) return `coalesce(${row}${column}, -1)`;
  if (counts.includes(column)) return `case when ${row}${column} > 0 then 1 else 0 end`;
  return `${row}${column}`;
}

export function countingTables(engine: Engine, counters: readonly ImageCounter[]): readonly string[] {
  return counters.map(({ table, columns }) => {
    const types = columns.map((column) => `${column} ${texts.includes(column) ? 'text' : 'bigint'} not null`);
    const key = engine === 'sqlite' ? `, primary key (${columns.join(', ')})) without rowid` : ')';
    return `create table ${table} (${types.join(', ')}, amount bigint not null${key}`;
  });
}

export function countingTriggers(engine: Engine, counters: readonly ImageCounter[]): readonly string[] {
  return engine === 'sqlite' ? counters.flatMap(sqliteTriggers) : [...countingFunctions(counters), ...postgresTriggers];
}

/** PostgreSQL: the functions that keep these counters, in place of those there are. */
export function countingFunctions(counters: readonly ImageCounter[]): readonly string[] {
  return [
    countedFunction(counters, 'images_counted_insert', added),
    countedFunction(counters, 'images_counted_delete', removed),
    countedFunction(counters, 'images_counted_update', (columns) => `${removed(columns)} union all ${added(columns)}`),
  ];
}

/** Counts the rows that there are. */
export const countingRows = ({ table, columns }: ImageCounter): string => {
  const named = columns.map((column) => `${kept(column, 'images.')} as ${column}`).join(', ');
  const key = columns.join(', ');
  return `insert into ${table} (${key}, amount) select ${key}, count(*) from (select ${named} from images) as counted group by ${key}`;
};

function sqliteTriggers({ table, columns }: ImageCounter): readonly string[] {
  const add = (row: 'new' | 'old', amount: number) => `
    insert into ${table} (${columns.join(', ')}, amount)
    values (${columns.map((column) => kept(column, `${row}.`)).join(', ')}, ${amount})
    on conflict do update set amount = amount + excluded.amount;`;
  const changing = columns.filter((column) => behind[column]?.length !== 0);
  const changed = changing.map((column) => `${kept(column, 'old.')} <> ${kept(column, 'new.')}`);
  const sources = [...new Set(changing.flatMap((column) => behind[column] ?? [column]))];
  return [
    `create trigger ${table}_insert after insert on images begin ${add('new', 1)} end`,
    `create trigger ${table}_delete after delete on images begin ${add('old', -1)} end`,
    `create trigger ${table}_update after update of ${sources.join(', ')} on images when ${changed.join(' or ')}
      begin ${add('old', -1)} ${add('new', 1)} end`,
  ];
}

// On PostgreSQL concurrent transactions would queue on shared counter rows, or deadlock: each statement appends its
// difference instead, and housekeeping folds the rows together.
const differences = (counters: readonly ImageCounter[], rows: (columns: string) => string) =>
  counters.map(({ table, columns }) => {
    const named = columns.map((column) => `${kept(column, '')} as ${column}`).join(', ');
    const key = columns.join(', ');
    return `insert into ${table} (${key}, amount)
      select ${key}, sum(amount) from (${rows(named)}) changed group by ${key} having sum(amount) <> 0;`;
  });

const countedFunction = (counters: readonly ImageCounter[], name: string, rows: (columns: string) => string) => `
  create or replace function ${name}() returns trigger language plpgsql as $$ begin
    ${differences(counters, rows).join('\n')}
    return null;
  end $$`;
const added = (columns: string) => `select ${columns}, 1 as amount from new_rows`;
const removed = (columns: string) => `select ${columns}, -1 as amount from old_rows`;

const postgresTriggers = [
  `create trigger images_counted_insert after insert on images referencing new table as new_rows
    for each statement execute function images_counted_insert()`,
  `create trigger images_counted_delete after delete on images referencing old table as old_rows
    for each statement execute function images_counted_delete()`,
  `create trigger images_counted_update after update on images referencing old table as old_rows new table as new_rows
    for each statement execute function images_counted_update()`,
];
