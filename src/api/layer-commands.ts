import type { Digest } from '../model/digest.ts';
import type { Store } from '../store/store.ts';

/** The instruction that made each layer of an artifact. */
export async function layerCommands(
  images: Pick<Store['images'], 'history'>,
  artifactId: number,
): Promise<ReadonlyMap<Digest, string>> {
  const history = await images.history(artifactId);
  return new Map(history.flatMap(({ layer, createdBy }) => (layer ? [[layer, createdBy] as const] : [])));
}
