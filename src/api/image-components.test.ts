import { expect, test } from 'vitest';
import type { Severity } from '../model/severity.ts';
import type { ComponentQuery } from '../store/export-query.ts';
import { type ImageComponent, selectComponents } from './image-components.ts';

const component = (name: string, vulnerabilities: number | undefined, severities: readonly Severity[] = []) =>
  ({
    package: { ecosystem: 'npm', name, version: '1.0', path: 'p', layer: 'sha256:0' },
    vulnerabilities,
    severities: new Set(severities),
  }) satisfies ImageComponent;
const all = [
  component('b', 2, ['low']),
  component('unknown', undefined),
  component('a', 0),
  component('c', 10, ['critical', 'low']),
];
const names = (query: Partial<ComponentQuery>) =>
  selectComponents(all, { conditions: [], sort: { key: 'name', direction: 'asc' }, ...query }).map(
    (each) => each.package.name,
  );

test('an unknown number of vulnerabilities is neither some nor none, and sorts below zero', () => {
  expect(names({ conditions: [{ vulnerable: false }] })).toEqual(['a']);
  expect(names({ conditions: [{ vulnerable: true }] })).toEqual(['b', 'c']);
  expect(names({ sort: { key: 'vulnerabilities', direction: 'asc' } })).toEqual(['unknown', 'a', 'b', 'c']);
  expect(names({ sort: { key: 'vulnerabilities', direction: 'desc' } })).toEqual(['c', 'b', 'a', 'unknown']);
});

test('conditions are joined by AND, and so are the members of one', () => {
  expect(names({ conditions: [{ severities: ['low'] }, { severities: ['critical'] }] })).toEqual(['c']);
  expect(names({ conditions: [{ severities: ['low'], names: { match: 'contains', values: ['B'] } }] })).toEqual(['b']);
  expect(names({ conditions: [{ ecosystems: ['deb'] }] })).toEqual([]);
  expect(names({ conditions: [{ versions: { match: 'equals', values: ['1'] } }] })).toEqual([]);
});
