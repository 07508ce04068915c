import { expect, test } from 'vitest';
import { choosePlatform, formatPlatform, parsePlatform } from './platform.ts';

test.each([
  ['linux/amd64', 'linux/amd64'],
  ['linux/arm64/v8', 'linux/arm64/v8'],
  ['linux/aarch64', 'linux/arm64'],
  ['Linux/x86_64', 'linux/amd64'],
])('%s is %s', (text, expected) => {
  const platform = parsePlatform(text);

  expect(platform && formatPlatform(platform)).toBe(expected);
});

test.each(['', 'linux', 'linux/', '/amd64', 'a/b/c/d', 'linux/amd 64'])('%j is no platform', (text) => {
  expect(parsePlatform(text)).toBeUndefined();
});

test('a platform that is not known is not invented', () => {
  expect(formatPlatform({ os: '', architecture: '' })).toBe('');
  expect(formatPlatform({ os: 'linux', architecture: '' })).toBe('linux/unknown');
});

test.each([
  ['linux/amd64', ['linux/arm64', 'linux/amd64'], 'linux/amd64'],
  ['linux/amd64', ['windows/amd64', 'linux/arm64'], undefined],
  ['linux/amd64', ['linux/amd64/v3'], undefined],
  ['linux/amd64/v3', ['linux/amd64', 'linux/amd64/v3'], 'linux/amd64/v3'],
  ['linux/amd64/v2', ['linux/amd64'], 'linux/amd64'],
  ['linux/arm64', ['linux/arm64/v8'], 'linux/arm64/v8'],
  ['linux/arm64/v8', ['linux/arm64'], 'linux/arm64'],
  ['linux/arm', ['linux/arm/v6', 'linux/arm/v7'], 'linux/arm/v7'],
  ['linux/arm/v7', ['linux/arm/v5', 'linux/arm/v6'], 'linux/arm/v6'],
  ['linux/arm/v6', ['linux/arm/v7'], undefined],
])('for %s out of %j it is %s', (wanted, offered, expected) => {
  const children = offered.map((text) => {
    const platform = parsePlatform(text);
    return platform === undefined ? { text } : { text, platform };
  });

  expect(choosePlatform(children, parsePlatform(wanted))?.text).toBe(expected);
});

test('linux/amd64 is the default', () => {
  const child = { platform: { os: 'linux', architecture: 'amd64' } };

  expect(choosePlatform([{}, child])).toBe(child);
});
