import { layer } from '../../../demo/build-layer.ts';
import { dpkgStatus, osRelease } from '../../../demo/package-files.ts';
import type { LabelledImage } from '../labelled-image.ts';

/** Debian 12 as it was released: sources with other names and versions, rebuilds, epochs, what is fixed and what never was. */
export const debian: LabelledImage = {
  name: 'Debian 12 without its security fixes',
  build: async () => ({
    layers: [
      layer()
        .file('usr/lib/os-release', osRelease('debian', '12', 'Debian GNU/Linux 12 (bookworm)'))
        .file(
          'var/lib/dpkg/status',
          `${dpkgStatus([
            { name: 'apt', version: '2.6.1' },
            { name: 'bsdutils', version: '1:2.38.1-5+b1', source: 'util-linux (2.38.1-5)' },
            { name: 'libbrotli1', version: '1.0.9-2+b6', source: 'brotli (1.0.9-2)' },
            { name: 'libc-bin', version: '2.36-9+deb12u1', source: 'glibc' },
            { name: 'libc6', version: '2.36-9+deb12u3', source: 'glibc' },
            { name: 'libncurses6', version: '6.4-4', source: 'ncurses' },
            { name: 'libssl3', version: '3.0.11-1~deb12u1', source: 'openssl' },
            { name: 'libwebp7', version: '1.2.4-0.2', source: 'libwebp' },
            { name: 'openssl', version: '3.0.11-1~deb12u1' },
            { name: 'zlib1g', version: '1:1.2.13.dfsg-1', source: 'zlib' },
          ])}\n${REMOVED}`,
        )
        .gzip(),
    ],
    labels: {
      'deb apt 2.6.1': 'CVE-2011-3374',
      'deb bsdutils 1:2.38.1-5+b1': 'CVE-2024-28085',
      'deb libbrotli1 1.0.9-2+b6': '',
      'deb libc-bin 2.36-9+deb12u1': 'CVE-2023-4911',
      'deb libc6 2.36-9+deb12u3': '',
      'deb libncurses6 6.4-4': '',
      'deb libssl3 3.0.11-1~deb12u1': 'CVE-2023-5363',
      'deb libwebp7 1.2.4-0.2': 'CVE-2023-4863',
      'deb openssl 3.0.11-1~deb12u1': 'CVE-2023-5363',
      'deb zlib1g 1:1.2.13.dfsg-1': 'CVE-2023-45853',
    },
    coverage: 'known',
    gaps: [],
  }),
};

/** Only its settings are left. */
const REMOVED = `Package: curl
Status: deinstall ok config-files
Architecture: amd64
Version: 7.88.1-10
`;
