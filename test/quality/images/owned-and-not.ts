import { layer } from '../../../demo/build-layer.ts';
import { dpkgStatus, osRelease } from '../../../demo/package-files.ts';
import type { LabelledImage } from '../labelled-image.ts';

const metadata = (name: string, version: string) => `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`;
const manifest = (name: string, version: string) => JSON.stringify({ name, version });

/** Language packages that dpkg installed, for which Debian's advisories speak, beside the same that it did not. */
export const ownedAndNot: LabelledImage = {
  name: 'Debian 12 with language packages that dpkg owns, and some that it does not',
  build: async () => ({
    layers: [
      layer()
        .file('usr/lib/os-release', osRelease('debian', '12', 'Debian GNU/Linux 12 (bookworm)'))
        .file(
          'var/lib/dpkg/status',
          dpkgStatus([
            { name: 'node-semver', version: '7.3.5+~7.3.9-2' },
            { name: 'python3-urllib3', version: '1.26.12-1', source: 'python-urllib3' },
          ]),
        )
        .file(
          'var/lib/dpkg/info/python3-urllib3.list',
          '/.\n/usr\n/usr/lib\n/usr/lib/python3\n/usr/lib/python3/dist-packages\n/usr/lib/python3/dist-packages/urllib3-1.26.12.egg-info\n/usr/lib/python3/dist-packages/urllib3-1.26.12.egg-info/PKG-INFO\n',
        )
        .file(
          'var/lib/dpkg/info/node-semver.list',
          '/.\n/usr\n/usr/share\n/usr/share/nodejs\n/usr/share/nodejs/semver\n/usr/share/nodejs/semver/package.json\n',
        )
        .file('usr/lib/python3/dist-packages/urllib3-1.26.12.egg-info/PKG-INFO', metadata('urllib3', '1.26.12'))
        .file('usr/share/nodejs/semver/package.json', manifest('semver', '7.3.5'))
        .gzip(),
      layer()
        .file(
          'opt/venv/lib/python3.11/site-packages/urllib3-1.26.17.dist-info/METADATA',
          metadata('urllib3', '1.26.17'),
        )
        .file('srv/node_modules/semver/package.json', manifest('semver', '7.5.1'))
        .gzip(),
    ],
    labels: {
      'deb node-semver 7.3.5+~7.3.9-2': '',
      'deb python3-urllib3 1.26.12-1': 'CVE-2023-43804',
      'npm semver 7.3.5': '',
      'npm semver 7.5.1': 'CVE-2022-25883',
      'pypi urllib3 1.26.12': '',
      'pypi urllib3 1.26.17': 'CVE-2023-45803',
    },
    suppressed: {
      'npm semver 7.3.5': 'CVE-2022-25883',
      'pypi urllib3 1.26.12': 'CVE-2023-43804 CVE-2023-45803',
    },
    coverage: 'known',
    gaps: [],
  }),
};
