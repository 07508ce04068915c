import { layer } from '../../../demo/build-layer.ts';
import { dpkgStatus, nodeModules, osRelease } from '../../../demo/package-files.ts';
import type { LabelledImage } from '../labelled-image.ts';

const wheezy = layer()
  .file('etc/os-release', osRelease('debian', '7', 'Debian GNU/Linux 7 (wheezy)'))
  .file('var/lib/dpkg/status', dpkgStatus([{ name: 'openssl', version: '1.0.1e-2+deb7u20' }]));

/** A release that nobody publishes advisories for any more: its packages are known, and nothing else is. */
export const endOfLife: LabelledImage = {
  name: 'a release at its end of life',
  build: async () => ({
    layers: [wheezy.gzip()],
    labels: { 'deb openssl 1.0.1e-2+deb7u20': '' },
    coverage: 'unknown',
    gaps: ['distribution-end-of-life debian 7: updates ended on 2018-05-31', 'distribution-not-covered Debian:7'],
  }),
};

/** The same with an application: what is known of that is shown, the whole stays unknown. */
export const endOfLifeWithApplication: LabelledImage = {
  name: 'an application on a release at its end of life',
  build: async () => {
    const application = layer();
    for (const [path, text] of Object.entries(nodeModules('srv', { minimist: '1.2.5' }))) application.file(path, text);
    return {
      layers: [wheezy.gzip(), application.gzip()],
      labels: { 'deb openssl 1.0.1e-2+deb7u20': '', 'npm minimist 1.2.5': 'CVE-2021-44906' },
      coverage: 'unknown',
      gaps: ['distribution-end-of-life debian 7: updates ended on 2018-05-31', 'distribution-not-covered Debian:7'],
    };
  },
};
