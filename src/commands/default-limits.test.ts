import { expect, test } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { imageLimits, layerLimits } from '../config/scan-limits.ts';
import { defaultLayerLimits } from '../layers/layer-entry.ts';
import { defaultImageLimits } from '../scan/image-limits.ts';

test('without settings the limits are those that tests and benches work with', () => {
  const config = loadConfig({});

  expect(layerLimits(config)).toEqual(defaultLayerLimits);
  expect(imageLimits(config)).toEqual(defaultImageLimits);
});
