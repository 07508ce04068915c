import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildRpmRoot, hasRpm } from '../../support/build-rpm-root.ts';
import { layerOfFolder } from '../../support/layer-of-folder.ts';
import type { LabelledImage } from '../labelled-image.ts';

/** AlmaLinux 8 in a database that rpm wrote: epochs, packages of one source at different builds, streams of modules. */
export const almalinux: LabelledImage = {
  name: 'AlmaLinux 8',
  unavailable: hasRpm ? undefined : 'missing: rpmbuild (scripts/system-packages.sh installs rpm)',
  build: async () => {
    const root = buildRpmRoot([
      { name: 'openssl', epoch: 1, version: '1.1.1k', release: '5.el8_5' },
      { name: 'openssl-libs', source: 'openssl', epoch: 1, version: '1.1.1k', release: '7.el8_6' },
      { name: 'curl', version: '7.61.1', release: '22.el8_6.3' },
      { name: 'libcurl', source: 'curl', version: '7.61.1', release: '22.el8' },
      {
        name: 'nodejs',
        epoch: 1,
        version: '14.18.2',
        release: '2.module_el8.5.0+2618+8d46dafd',
        modularity: 'nodejs:14:8050020220104091523:c5368500',
      },
    ]);
    try {
      mkdirSync(join(root.folder, 'etc'), { recursive: true });
      writeFileSync(join(root.folder, 'etc/os-release'), OS_RELEASE);
      return {
        layers: [await layerOfFolder(root.folder)],
        labels: {
          'rpm curl 7.61.1-22.el8_6.3': '',
          'rpm libcurl 7.61.1-22.el8': 'CVE-2022-22576 CVE-2022-27774 CVE-2022-27776 CVE-2022-27782',
          'rpm nodejs 1:14.18.2-2.module_el8.5.0+2618+8d46dafd':
            'CVE-2022-32212 CVE-2022-32213 CVE-2022-32214 CVE-2022-32215 CVE-2022-33987',
          'rpm openssl 1:1.1.1k-5.el8_5':
            'CVE-2022-0778 CVE-2022-1292 CVE-2022-2068 CVE-2022-2097 CVE-2022-4304 CVE-2022-4450 CVE-2023-0215 CVE-2023-0286',
          'rpm openssl-libs 1:1.1.1k-7.el8_6': 'CVE-2022-4304 CVE-2022-4450 CVE-2023-0215 CVE-2023-0286',
        },
        coverage: 'known',
        gaps: [],
      };
    } finally {
      root.remove();
    }
  },
};

const OS_RELEASE = 'PRETTY_NAME="AlmaLinux 8.6 (Sky Tiger)"\nNAME="AlmaLinux"\nID="almalinux"\nVERSION_ID="8.6"\n';
