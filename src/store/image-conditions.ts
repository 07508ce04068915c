import { type ExpressionBuilder, type ExpressionWrapper, type SqlBool, sql } from 'kysely';
import type {
  ImageCondition,
  ImageCoordinates,
  ImageCountField,
  ImageSelection,
  ImageTextField,
  ImageValueField,
} from './image-query.ts';
import type { Tables } from './tables.ts';

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
} as const satisfies Readonly<Record<ImageCountField | 'trusted', keyof Tables['images']>>;

/** One condition as SQL over `images`. */
export function imageCondition(eb: Builder, condition: ImageCondition): Condition {
  switch (condition.kind) {
    case 'text':
      return textCondition(eb, textColumns[condition.field], condition.match, condition.values);
    case 'value':
      return eb(valueColumns[condition.field], 'in', condition.values.map(toColumnValue) as never[]) as Condition;
    case 'any-of':
      return eb.or(condition.fields.map((field) => eb(countColumns[field], '>', 0)));
    case 'package':
      return packageCondition(eb, condition);
  }
}

const toColumnValue = (value: string | number | boolean) => (typeof value === 'boolean' ? Number(value) : value);

function textCondition(
  eb: Builder,
  where: TextColumn,
  match: 'equals' | 'contains',
  values: readonly string[],
): Condition {
  if (where.table === 'images') return eb.or([matches(sql.ref(`images.${where.column}`), match, values)]);
  if (where.table === 'repositories') {
    const ids = eb
      .selectFrom('repositories')
      .select('repositories.id')
      .where(matches(sql.ref(`repositories.${where.column}`), match, values));
    return eb('images.repository_id', 'in', ids) as Condition;
  }
  const ids = eb
    .selectFrom('registries')
    .select('registries.id')
    .where(matches(sql.ref(`registries.${where.column}`), match, values));
  return eb('images.registry_id', 'in', ids) as Condition;
}

function packageCondition(eb: Builder, condition: Extract<ImageCondition, { kind: 'package' }>): Condition {
  const { match, names, versions } = condition;
  let holders = eb.selectFrom('packages').select('packages.artifact_id');
  if (names) holders = holders.where(matches(sql.ref('packages.name'), match, names));
  if (versions) holders = holders.where(matches(sql.ref('packages.version'), match, versions));
  return eb('images.artifact_id', 'in', holders) as Condition;
}

/** `equals` is exact; `contains` ignores the case of ASCII letters. */
export function matches(column: ReturnType<typeof sql.ref>, match: 'equals' | 'contains', values: readonly string[]) {
  if (match === 'equals') return sql<SqlBool>`${column} in (${sql.join(values)})`;
  const parts = values.map(
    (value) => sql<SqlBool>`lower(${column}) like ${`%${escapeLike(value.toLowerCase())}%`} escape '\\'`,
  );
  return sql<SqlBool>`(${sql.join(parts, sql` or `)})`;
}

const escapeLike = (text: string) => text.replace(/[\\%_]/g, '\\$&');

/** A selection as SQL: any of its selectors, less what it excludes. */
export function imageSelection(eb: Builder, selection: ImageSelection): Condition {
  const any: Condition[] = [];
  if (selection.all) any.push(eb.val(true).$castTo<SqlBool>() as unknown as Condition);
  if (selection.ids?.length) any.push(eb('images.id', 'in', [...selection.ids]) as Condition);
  if (selection.digests?.length) {
    any.push(
      eb('images.image_id', 'in', [...selection.digests]) as Condition,
      eb('images.digest', 'in', [...selection.digests]) as Condition,
    );
  }
  for (const coordinates of selection.coordinates ?? []) any.push(atCoordinates(eb, coordinates));
  if (selection.conditions) any.push(eb.and(selection.conditions.map((condition) => imageCondition(eb, condition))));
  const all: Condition[] = [eb.or(selection.all ? [sql<SqlBool>`1 = 1` as unknown as Condition] : any)];
  if (selection.excludeIds?.length) all.push(eb('images.id', 'not in', [...selection.excludeIds]) as Condition);
  if (selection.excludeDigests?.length) {
    all.push(
      eb('images.image_id', 'not in', [...selection.excludeDigests]) as Condition,
      eb('images.digest', 'not in', [...selection.excludeDigests]) as Condition,
    );
  }
  if (selection.latestOnly) all.push(eb('images.latest', '=', 1) as Condition);
  if (selection.authorizedOnly) all.push(eb('images.authorized', '=', 1) as Condition);
  return eb.and(all);
}

const coordinateFields = {
  registryName: 'registryName',
  namespace: 'namespace',
  name: 'name',
  tag: 'tag',
  digest: 'digest',
  registryType: 'registryType',
  address: 'address',
  instanceId: 'instanceId',
} as const satisfies Record<keyof ImageCoordinates, ImageTextField>;

function atCoordinates(eb: Builder, coordinates: ImageCoordinates): Condition {
  const given = (Object.keys(coordinateFields) as (keyof ImageCoordinates)[]).filter((key) => coordinates[key]);
  if (given.length === 0) return sql<SqlBool>`1 = 0` as unknown as Condition;
  return eb.and(
    given.map((key) => textCondition(eb, textColumns[coordinateFields[key]], 'equals', [coordinates[key] ?? ''])),
  );
}
