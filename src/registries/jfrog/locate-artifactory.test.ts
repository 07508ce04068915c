import { expect, test } from 'vitest';
import { locateArtifactory } from './locate-artifactory.ts';

test.each([
  ['https://a.jfrog.io/artifactory/api/docker/local', 'https://a.jfrog.io/artifactory/', 'local', false],
  ['https://a.jfrog.io/artifactory/api/docker/local/v2/', 'https://a.jfrog.io/artifactory/', 'local', false],
  ['https://art.example.com/api/docker/local', 'https://art.example.com/', 'local', false],
  ['https://a.jfrog.io', 'https://a.jfrog.io/artifactory/', undefined, true],
  ['https://a.jfrog.io/v2/', 'https://a.jfrog.io/artifactory/', undefined, true],
  ['https://a.jfrog.io/artifactory/', 'https://a.jfrog.io/artifactory/', undefined, true],
  ['https://a.jfrog.io/local', 'https://a.jfrog.io/artifactory/', 'local', true],
])('%s has its API at %s', (address, api, key, prefixed) => {
  const registry = prefixed ? 'https://a.jfrog.io' : address;
  expect(locateArtifactory(address)).toEqual({ registry, api: new URL(api), key, prefixed });
});

test('what is no address is none', () => {
  expect(locateArtifactory('not an address')).toBeUndefined();
});
