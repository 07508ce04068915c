import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { actions } from '../../src/api/actions/index.ts';
import { parseInput } from '../../src/api/protocol/parse-input.ts';
import { reportRunningContainers } from '../../src/api/report-running-containers.ts';
import { readSdkTypes } from '../sdk-types.ts';
import { fieldTexts } from './field-texts.ts';
import { exampleOf } from './render-action.ts';
import { sampleParameters } from './sample-parameters.ts';
import { sampleReport } from './sample-report.ts';
import { type WireField, wireFields } from './wire-type.ts';

const root = join(import.meta.dirname, '../..');
const names = actions.map(({ name }) => name);
const action = (name: string) => {
  const found = actions.find((each) => each.name === name);
  if (!found) throw new Error(`no action ${name}`);
  return found;
};

test.for(names)('the example of %s is understood by the action', (name) => {
  const { input } = action(name);

  expect(() => parseInput(input, sampleParameters(wireFields(input)))).not.toThrow();
});

test.for(names)('%s has a page with its example', (name) => {
  const page = readFileSync(join(root, `docs/reference/actions/${name}.md`), 'utf8');

  expect(page).toContain(exampleOf(name, wireFields(action(name).input)));
});

test.for(names)('every parameter of %s is described', (name) => {
  const undescribed = (fields: readonly WireField[]): readonly string[] =>
    fields.flatMap(({ name: field, description, type }) => {
      const item = type.kind === 'Array' ? type.item : type;
      const inner = item.kind === 'Object' ? undescribed(item.fields) : [];
      return description || fieldTexts[field] ? inner : [field, ...inner];
    });

  expect(undescribed(wireFields(action(name).input))).toEqual([]);
});

test('every field of every answer is described', () => {
  const sdk = readSdkTypes();
  const types = names.map((name) => `${name}Response`);
  const undescribed = new Set<string>();
  for (const type of types) {
    for (const field of sdk.get(type) ?? []) {
      if (!fieldTexts[field.name]) undescribed.add(field.name);
      if (sdk.has(field.type) && !types.includes(field.type)) types.push(field.type);
    }
  }

  expect([...undescribed]).toEqual([]);
});

test.for(names)('%s tells what Filters and By it takes', (name) => {
  const { filters, sortKeys, input } = { filters: undefined, sortKeys: undefined, ...action(name) };
  const parameters = new Set(wireFields(input).map((field) => field.name));

  expect({ filters: filters !== undefined, sortKeys: sortKeys !== undefined }).toEqual({
    filters: [...parameters].some((each) => /Filters?$/.test(each)),
    sortKeys: parameters.has('By'),
  });
});

test('the page of our own action says what each parameter means, and its example is understood', () => {
  const page = readFileSync(join(root, 'docs/reference/actions/ReportRunningContainers.md'), 'utf8');
  const rows = page.match(/^\| (?:Source|TakenAt|ExpiresInSeconds|Images)\S* \|.+$/gm) ?? [];

  expect(rows.map((row) => row.split(' | ')[0])).toEqual(
    ['Source', 'TakenAt', 'ExpiresInSeconds', 'Images', 'Images.N.Reference', 'Images.N.Digests', 'Images.N.Platform']
      .concat('Images.N.Count')
      .map((name) => `| ${name}`),
  );
  expect(rows.filter((row) => row.endsWith('|  |'))).toEqual([]);
  expect(reportRunningContainers.input.safeParse(sampleReport).success).toBe(true);
});
