import { layer } from '../../../demo/build-layer.ts';
import { dpkgStatus, osRelease } from '../../../demo/package-files.ts';
import type { LabelledImage } from '../labelled-image.ts';

const status = (name: string, version: string, source?: string) =>
  dpkgStatus([{ name, version, ...(source ? { source } : {}) }]);

/** Debian packages without dpkg: a file for each in status.d, as https://github.com/GoogleContainerTools/distroless has them. */
export const distroless: LabelledImage = {
  name: 'distroless',
  build: async () => ({
    layers: [
      layer()
        .file('usr/lib/os-release', osRelease('debian', '12', 'Distroless'))
        .file('var/lib/dpkg/status.d/base', status('base-files', '12.4+deb12u5'))
        .file('var/lib/dpkg/status.d/base.md5sums', 'd41d8cd98f00b204e9800998ecf8427e  etc/debian_version\n')
        .gzip(),
      layer()
        .file('var/lib/dpkg/status.d/libc6', status('libc6', '2.36-9+deb12u1', 'glibc'))
        .file('var/lib/dpkg/status.d/libssl3', status('libssl3', '3.0.11-1~deb12u2', 'openssl'))
        .gzip(),
    ],
    labels: {
      'deb base-files 12.4+deb12u5': '',
      'deb libc6 2.36-9+deb12u1': 'CVE-2023-4911',
      'deb libssl3 3.0.11-1~deb12u2': '',
    },
    coverage: 'known',
    gaps: [],
  }),
};
