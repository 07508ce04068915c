import { z } from 'zod';
import type { ImageCoordinates } from '../store/image-query.ts';
import { text } from './protocol/fields.ts';

/** `ImageInfo`: the coordinates of an image, where an Id is not at hand. */
export const ImageInfo = z.strictObject({
  InstanceName: text().optional(),
  Namespace: text().optional(),
  ImageName: text().optional(),
  ImageTag: text().optional(),
  Force: text().optional(),
  ImageDigest: text().optional(),
  RegistryType: text().optional(),
  ImageRepoAddress: text().optional(),
  InstanceId: text().optional(),
});

/** An address may carry the tag, as one documented example does. */
const TAG_OF_ADDRESS = /:([\w.-]{1,128})$/;

export function toCoordinates(info: z.output<typeof ImageInfo>): ImageCoordinates {
  const address = info.ImageRepoAddress ?? '';
  const lastSegment = address.slice(address.lastIndexOf('/') + 1);
  const tag = address.includes('/') ? TAG_OF_ADDRESS.exec(lastSegment)?.[1] : undefined;
  return {
    registryName: info.InstanceName,
    ...toRepository(info),
    tag: info.ImageTag || tag,
    digest: info.ImageDigest,
    registryType: info.RegistryType,
    address: tag === undefined ? address : address.slice(0, -tag.length - 1),
    instanceId: info.InstanceId,
  };
}

/** A name may carry its namespace, or the end of it, as one documented example does. */
function toRepository({ Namespace = '', ImageName = '' }: z.output<typeof ImageInfo>) {
  if (!ImageName.includes('/')) return { namespace: Namespace, name: ImageName };
  const isWhole = Namespace === '' || ImageName.startsWith(`${Namespace}/`);
  const path = isWhole ? ImageName : `${Namespace}/${ImageName}`;
  const slash = path.lastIndexOf('/');
  return { namespace: path.slice(0, slash), name: path.slice(slash + 1) };
}
