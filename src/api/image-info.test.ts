import { expect, test } from 'vitest';
import { toCoordinates } from './image-info.ts';

const at = (info: Parameters<typeof toCoordinates>[0]) =>
  Object.fromEntries(Object.entries(toCoordinates(info)).filter(([, value]) => value));

test('every field has its coordinate', () => {
  const info = {
    InstanceName: 'harbor-eu',
    Namespace: 'team',
    ImageName: 'app',
    ImageTag: 'v1',
    Force: 'true',
    ImageDigest: 'sha256:d',
    RegistryType: 'harbor',
    ImageRepoAddress: 'harbor.example.com/team/app',
    InstanceId: 'tcr-1',
  };

  expect(at(info)).toEqual({
    registryName: 'harbor-eu',
    namespace: 'team',
    name: 'app',
    tag: 'v1',
    digest: 'sha256:d',
    registryType: 'harbor',
    address: 'harbor.example.com/team/app',
    instanceId: 'tcr-1',
  });
});

test.for([
  ['host:5000/team/app:v1', { address: 'host:5000/team/app', tag: 'v1' }],
  ['host:5000/team/app', { address: 'host:5000/team/app' }],
  ['host:5000', { address: 'host:5000' }],
] as const)('an address may carry a tag: %s', ([ImageRepoAddress, expected]) => {
  expect(at({ ImageRepoAddress })).toEqual(expected);
});

test('a tag of its own wins over that of the address', () => {
  expect(at({ ImageRepoAddress: 'host/app:v1', ImageTag: 'v2' })).toEqual({ address: 'host/app', tag: 'v2' });
});

test.for([
  [{ ImageName: 'yunding/luping' }, { namespace: 'yunding', name: 'luping' }],
  [
    { ImageName: 'yunding/luping', Namespace: 'yunding' },
    { namespace: 'yunding', name: 'luping' },
  ],
  [
    { ImageName: 'b/c', Namespace: 'a' },
    { namespace: 'a/b', name: 'c' },
  ],
  [
    { ImageName: 'c', Namespace: 'a/b' },
    { namespace: 'a/b', name: 'c' },
  ],
  [{ ImageName: 'c', Namespace: '' }, { name: 'c' }],
] as const)('a name may carry its namespace: %j', ([info, expected]) => {
  expect(at(info)).toEqual(expected);
});
