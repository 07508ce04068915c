/** Reduced from the real record of the same id: lodash before 4.17.12. */
export const lodashAdvisory = {
  schema_version: '1.7.3',
  id: 'GHSA-jf85-cpcp-j695',
  aliases: ['CVE-2019-10744'],
  summary: 'Prototype Pollution in lodash',
  published: '2019-07-10T19:45:23Z',
  modified: '2023-01-01T00:00:00Z',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H' }],
  affected: [
    {
      package: { ecosystem: 'npm', name: 'lodash' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '4.17.12' }] }],
    },
  ],
};

/** Reduced from the real record of the same id: openssl of Debian 12 before 3.0.11-1~deb12u2. */
export const opensslAdvisory = {
  schema_version: '1.7.3',
  id: 'DEBIAN-CVE-2023-5363',
  upstream: ['CVE-2023-5363'],
  details: 'A bug has been identified in the processing of key and initialisation vector lengths.',
  published: '2023-10-25T18:17:00Z',
  modified: '2023-11-01T00:00:00Z',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N' }],
  affected: [
    {
      package: { ecosystem: 'Debian:12', name: 'openssl' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.11-1~deb12u2' }] }],
    },
  ],
};
