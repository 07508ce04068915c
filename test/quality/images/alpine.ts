import { layer } from '../../../demo/build-layer.ts';
import { apkInstalled, osRelease } from '../../../demo/package-files.ts';
import type { LabelledImage } from '../labelled-image.ts';

/** Alpine 3.18: advisories are filed under the origin, and those of other releases say nothing about this one. */
export const alpine: LabelledImage = {
  name: 'Alpine 3.18',
  build: async () => ({
    layers: [
      layer()
        .file('etc/os-release', osRelease('alpine', '3.18.0', 'Alpine Linux v3.18'))
        .file(
          'etc/apk/repositories',
          'https://dl-cdn.alpinelinux.org/alpine/v3.18/main\nhttps://dl-cdn.alpinelinux.org/alpine/v3.18/community\n',
        )
        .file(
          'lib/apk/db/installed',
          apkInstalled([
            { name: 'busybox', version: '1.36.1-r0', origin: 'busybox' },
            { name: 'libcrypto3', version: '3.1.1-r0', origin: 'openssl' },
            { name: 'musl', version: '1.2.4-r0', origin: 'musl' },
            { name: 'ssl_client', version: '1.36.1-r1', origin: 'busybox' },
          ]),
        )
        .gzip(),
    ],
    labels: {
      'apk busybox 1.36.1-r0': 'CVE-2022-48174 CVE-2023-42363',
      'apk libcrypto3 3.1.1-r0': 'CVE-2023-5363',
      'apk musl 1.2.4-r0': '',
      'apk ssl_client 1.36.1-r1': 'CVE-2023-42363',
    },
    coverage: 'partial', // its updates have ended, and what was found is a lower bound
    gaps: ['distribution-end-of-life alpine 3.18.0: updates ended on 2025-05-09'],
  }),
};
