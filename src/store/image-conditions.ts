import { type ExpressionBuilder, type ExpressionWrapper, type RawBuilder, type SqlBool, sql } from 'kysely';
import { isAtOneOf } from './coordinates-condition.ts';
import type {
  ImageCondition,
  ImageCountField,
  ImageFlag,
  ImageSelection,
  ImageTextField,
  ImageValueField,
} from './image-query.ts';
import type { Tables } from './tables.ts';
import { containsOneOf, isOneOf } from './text-search.ts';
import { countsVulnerability, hasOne, ignoresVulnerability } from './vulnerable-images.ts';

type Builder = ExpressionBuilder<Tables, 'images'>;
type Condition = ExpressionWrapper<Tables, 'images', SqlBool>;
type TextColumn =
  | { readonly table: 'images'; readonly column: 'tag' | 'digest' | 'image_id' | 'os_name' }
  | { readonly table: 'repositories'; readonly column: 'name' | 'namespace' | 'address' }
  | { readonly table: 'registries'; readonly column: 'name' | 'instance_id' | 'type' | 'region' };

/** Where each text field lies. Names repeat per tag, so they are searched in the small table and joined by id. */
const textColumns: Readonly<Record<ImageTextField, TextColumn>> = {
  name: { table: 'repositories', column: 'name' },
  namespace: { table: 'repositories', column: 'namespace' },
  address: { table: 'repositories', column: 'address' },
  tag: { table: 'images', column: 'tag' },
  digest: { table: 'images', column: 'digest' },
  imageId: { table: 'images', column: 'image_id' },
  osName: { table: 'images', column: 'os_name' },
  registryName: { table: 'registries', column: 'name' },
  instanceId: { table: 'registries', column: 'instance_id' },
  registryType: { table: 'registries', column: 'type' },
  registryRegion: { table: 'registries', column: 'region' },
};

const valueColumns = {
  id: 'id',
  registryId: 'registry_id',
  authorized: 'authorized',
  trusted: 'trusted',
  latest: 'latest',
  running: 'running',
  needsFix: 'needs_fix',
  fixRecommended: 'fix_recommended',
  scanStatus: 'scan_status',
  vulnerabilityStatus: 'vulnerability_status',
  malwareStatus: 'malware_status',
  riskStatus: 'risk_status',
} as const satisfies Readonly<Record<ImageValueField, keyof Tables['images']>>;

const countColumns = {
  vulnerabilities: 'vulnerabilities',
  critical: 'critical',
  high: 'high',
  medium: 'medium',
  low: 'low',
  malwareFiles: 'malware_files',
  risks: 'risks',
  secrets: 'secrets',
  packages: 'packages',
  containers: 'containers',
  trusted: 'trusted',
  latest: 'latest',
  running: 'running',
} as const satisfies Readonly<Record<ImageCountField | ImageFlag, keyof Tables['images']>>;

/**
 * How what lies in another table is asked for: once for all images, which an index may lead to; or for each image by
 * itself, which is shorter where few are looked at. `searched`: as `all`, of few repositories, which an index of parts of their
 * addresses tells. `counter`: over a counter, whose columns are all that is asked for.
 */
export type Reach = 'all' | 'each' | 'searched' | 'counter';

/** One condition as SQL over `images`. */
export function imageCondition(eb: Builder, condition: ImageCondition, reach: Reach = 'all'): Condition {
  switch (condition.kind) {
    case 'text':
      return textCondition(eb, textColumns[condition.field], condition.match, condition.values, reach);
    case 'value':
      return eb.or([valueCondition(condition)]);
    case 'keywords':
      return eb.or(
        [textColumns.address, textColumns.imageId].map((column) =>
          textCondition(eb, column, 'contains', condition.values),
        ),
      );
    case 'any-of':
      return eb.or(condition.fields.map((field) => eb(countColumns[field], '>', 0)));
    case 'package':
      return packageCondition(eb, condition, reach);
    case 'vulnerability':
      return condition.ignored
        ? ignoresVulnerability(eb, condition.number)
        : countsVulnerability(eb, condition.number, reach);
  }
}

function valueCondition({ field, values }: Extract<ImageCondition, { kind: 'value' }>) {
  const column = sql.ref(`images.${valueColumns[field]}`);
  const [only] = values;
  // Written out: SQLite takes a partial index only for what it knows when it plans.
  if (values.length === 1 && typeof only === 'boolean') return sql<SqlBool>`${column} = ${sql.lit(Number(only))}`;
  return isOneOf(column, values.map(toColumnValue));
}

/** The columns of `images` that a condition looks at. */
export function conditionColumns(condition: ImageCondition): readonly string[] {
  switch (condition.kind) {
    case 'text':
      return counted.includes(condition.field) ? [condition.field] : [imageColumn(textColumns[condition.field])];
    case 'value':
      return [valueColumns[condition.field]];
    case 'keywords':
      return [textColumns.address, textColumns.imageId].map(imageColumn);
    case 'any-of':
      return condition.fields.map((field) => countColumns[field]);
    case 'package':
      return ['artifact_id'];
    case 'vulnerability':
      return ['artifact_id', 'image_id'];
  }
}

const joinedBy = { repositories: 'repository_id', registries: 'registry_id' } as const;
const imageColumn = ({ table, column }: TextColumn) => (table === 'images' ? column : joinedBy[table]);

const toColumnValue = (value: string | number | boolean) => (typeof value === 'boolean' ? Number(value) : value);

function textCondition(
  eb: Builder,
  where: TextColumn,
  match: 'equals' | 'contains',
  values: readonly string[],
  reach: Reach = 'all',
): Condition {
  if (where.table === 'images' || (reach === 'counter' && isCounted(where)))
    return eb.or([matches(sql.ref(`images.${where.column}`), match, values)]);
  if (where.table === 'repositories') {
    let ids = eb
      .selectFrom('repositories')
      .select('repositories.id')
      .where(matches(sql.ref(`repositories.${where.column}`), match, values));
    const searched = match === 'contains' && reach === 'searched' ? searchedRepositories(values) : undefined;
    if (searched) ids = ids.where(sql<SqlBool>`repositories.id in (${searched})`);
    if (reach === 'each') return hasOne(eb, ids.whereRef('repositories.id', '=', 'images.repository_id'));
    return eb('images.repository_id', 'in', ids) as Condition;
  }
  const ids = eb
    .selectFrom('registries')
    .select('registries.id')
    .where(matches(sql.ref(`registries.${where.column}`), match, values));
  return eb('images.registry_id', 'in', ids) as Condition;
}

const isCounted = ({ table, column }: TextColumn): boolean => table === 'repositories' && counted.includes(column);
/** Fields of repositories that counters have in columns of their own. */
const counted: readonly string[] = ['name', 'namespace'];

/** What an index finds holds three characters in a row; more repositories than match, of which the condition itself then chooses. */
const SEARCHABLE = /^[\x20-\x7e]{3,100}$/;
const MOST_SEARCHES = 10;

/** Those of which an index tells the repositories. */
export const searches = (conditions: readonly ImageCondition[]): readonly RawBuilder<unknown>[] =>
  conditions.flatMap((condition) =>
    condition.kind === 'text' && condition.match === 'contains' && textColumns[condition.field].table === 'repositories'
      ? (searchedRepositories(condition.values) ?? [])
      : [],
  );

/** Ids of repositories whose address holds one of the values, and of somewhat more of them; undefined where no index can tell. */
function searchedRepositories(values: readonly string[]): RawBuilder<unknown> | undefined {
  if (values.length > MOST_SEARCHES || !values.every((value) => SEARCHABLE.test(value))) return undefined;
  // Any character in the place of one that would mean something in a pattern.
  const patterns = values.map((value) => `%${value.toLowerCase().replace(/[\\%]/g, '_')}%`);
  const found = patterns.map((pattern) => sql`select rowid from repository_search where address like ${pattern}`);
  return sql.join(found, sql` union `);
}

function packageCondition(
  eb: Builder,
  condition: Extract<ImageCondition, { kind: 'package' }>,
  reach: Reach,
): Condition {
  const { match, names, versions } = condition;
  let holders = eb.selectFrom('packages').select('packages.artifact_id');
  if (names) holders = holders.where(matches(sql.ref('packages.name'), match, names));
  if (versions) holders = holders.where(matches(sql.ref('packages.version'), match, versions));
  if (reach === 'each') return hasOne(eb, holders.whereRef('packages.artifact_id', '=', 'images.artifact_id'));
  return eb('images.artifact_id', 'in', holders) as Condition;
}

/** `equals` is exact; `contains` ignores case. */
export function matches(column: ReturnType<typeof sql.ref>, match: 'equals' | 'contains', values: readonly string[]) {
  return match === 'equals' ? isOneOf(column, values) : containsOneOf(column, values);
}

/** A selection as SQL: any of its selectors, less what it excludes. */
export function imageSelection(eb: Builder, selection: ImageSelection): Condition {
  const any: Condition[] = [];
  if (selection.all) any.push(eb.val(true).$castTo<SqlBool>() as unknown as Condition);
  if (selection.ids?.length) any.push(eb.or([isOneOf(imageId, selection.ids)]));
  if (selection.digests?.length) any.push(hasDigest(eb, selection.digests));
  if (selection.coordinates) any.push(eb.or([...isAtOneOf(eb, selection.coordinates)]));
  if (selection.conditions) any.push(eb.and(selection.conditions.map((condition) => imageCondition(eb, condition))));
  if (selection.taskId !== undefined) {
    const images = eb
      .selectFrom('scan_task_images')
      .select('scan_task_images.image_id')
      .where('scan_task_images.task_id', '=', selection.taskId);
    any.push(eb('images.id', 'in', images) as Condition);
  }
  const all: Condition[] = [eb.or(selection.all ? [sql<SqlBool>`1 = 1` as unknown as Condition] : any)];
  if (selection.excludeIds?.length) all.push(eb.not(isOneOf(imageId, selection.excludeIds)));
  if (selection.excludeDigests?.length) all.push(eb.not(hasDigest(eb, selection.excludeDigests)));
  for (const condition of selection.within ?? []) all.push(imageCondition(eb, condition));
  if (selection.latestOnly) all.push(eb('images.latest', '=', 1) as Condition);
  if (selection.authorizedOnly) all.push(eb('images.authorized', '=', 1) as Condition);
  return eb.and(all);
}

const imageId = sql.ref('images.id');

/** Config or manifest digest. */
const hasDigest = (eb: Builder, digests: readonly string[]): Condition =>
  eb.or([isOneOf(sql.ref('images.image_id'), digests), isOneOf(sql.ref('images.digest'), digests)]);
