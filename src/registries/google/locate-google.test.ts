import { expect, test } from 'vitest';
import { locateGoogle } from './locate-google.ts';

test.each([
  ['https://us-central1-docker.pkg.dev', { location: 'us-central1', project: undefined, repository: undefined }],
  ['https://europe-docker.pkg.dev/acme/', { location: 'europe', project: 'acme', repository: undefined }],
  ['https://asia-docker.pkg.dev/acme/apps', { location: 'asia', project: 'acme', repository: 'apps' }],
  [
    'https://us-docker.pkg.dev/example.com/acme/apps',
    { location: 'us', project: 'example.com/acme', repository: 'apps' },
  ],
  ['https://gcr.io/acme', { location: 'us', project: 'acme', repository: 'gcr.io', isContainerRegistry: true }],
  ['https://eu.gcr.io', { location: 'europe', project: undefined, repository: 'eu.gcr.io' }],
  ['https://images.example.com/acme', { location: 'europe-west3', project: 'acme', repository: undefined }],
])('%s', (url, expected) => {
  expect(locateGoogle({ url, region: 'europe-west3' })).toMatchObject({ ...expected, url: new URL(url).origin });
});

test('a host of one’s own without a region tells no location', () => {
  expect(locateGoogle({ url: 'https://images.example.com/acme', region: 'default' }).location).toBeUndefined();
});
