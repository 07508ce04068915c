import { createHash } from 'node:crypto';
import type { Digest } from '../../src/model/digest.ts';
import type { NewRegistry, SeenImage, SeenTag } from '../../src/store/store.ts';

/** A digest that depends only on its seed. */
export const digestOf = (seed: string): Digest => `sha256:${createHash('sha256').update(seed).digest('hex')}`;

export const sampleRegistry = (name: string, overrides: Partial<NewRegistry> = {}): NewRegistry => ({
  name,
  type: 'docker',
  url: 'http://127.0.0.1:5000',
  username: 'reader',
  password: 'secret-password',
  insecure: false,
  speedLimit: 0,
  netType: 'public',
  region: 'default',
  version: '',
  instanceId: '',
  syncMode: 0,
  needScan: false,
  webhookUrl: '',
  webhookToken: '',
  ...overrides,
});

export const sampleImage = (seed: string, overrides: Partial<SeenImage> = {}): SeenImage => ({
  digest: digestOf(`manifest ${seed}`),
  platform: 'linux/amd64',
  size: 1000,
  createdAt: new Date('2026-01-02T03:04:05Z'),
  artifact: {
    imageId: digestOf(`config ${seed}`),
    os: 'linux',
    layers: [
      { digest: digestOf(`layer ${seed}`), mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', size: 900 },
    ],
    history: [{ createdBy: 'COPY . /', empty: false, layer: digestOf(`layer ${seed}`), size: 900 }],
  },
  ...overrides,
});

export const sampleTag = (name: string, images: readonly SeenImage[], overrides: Partial<SeenTag> = {}): SeenTag => ({
  name,
  digest: images[0]?.digest ?? digestOf(name),
  syncedAt: new Date('2026-11-25T00:00:00Z'),
  images,
  skipped: {},
  ...overrides,
});
