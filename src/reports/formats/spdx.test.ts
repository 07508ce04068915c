import { expect, test } from 'vitest';
import { sampleReport } from '../../../test/support/sample-report.ts';
import { spdx } from './spdx.ts';

const options = { version: '1.2.3', createdAt: new Date('2024-03-02T12:00:00.789Z'), showSuppressed: false };

test('the image contains its system and its own packages, the system contains its packages', async () => {
  const document = JSON.parse(await spdx.render(sampleReport(), options));

  const names = new Map(document.packages.map((pkg: { SPDXID: string; name: string }) => [pkg.SPDXID, pkg.name]));
  const relations = document.relationships.map(
    (each: { spdxElementId: string; relationshipType: string; relatedSpdxElement: string }) =>
      `${names.get(each.spdxElementId) ?? 'document'} ${each.relationshipType} ${names.get(each.relatedSpdxElement)}`,
  );
  expect(relations).toEqual([
    'document DESCRIBES registry.example.com/team/app:1.2',
    'registry.example.com/team/app:1.2 CONTAINS debian',
    'debian CONTAINS libssl3',
    'debian CONTAINS openssl',
    'registry.example.com/team/app:1.2 CONTAINS @scope/lodash',
    'registry.example.com/team/app:1.2 CONTAINS org.example:web',
    'registry.example.com/team/app:1.2 CONTAINS six',
  ]);
});

test('times are to the second, the namespace is that of the content, and what could not be read is said', async () => {
  const document = JSON.parse(await spdx.render(sampleReport(), options));

  expect(document.creationInfo.created).toBe('2024-03-02T12:00:00Z');
  expect(document.documentNamespace).toMatch(/^https:\/\/spdx\.org\/spdxdocs\/plimsoll-[0-9a-f-]{36}$/);
  expect(document.comment).toBe('Incomplete: srv/broken.jar: it is cut off');
});
