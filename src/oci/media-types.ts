/** Manifest types to ask for, each by name: docker-registry 2.8 answers 404 to `*`/`*`. */
export const manifestMediaTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
] as const;

const indexTypes: readonly string[] = [manifestMediaTypes[0], manifestMediaTypes[1]];
const imageTypes: readonly string[] = [manifestMediaTypes[2], manifestMediaTypes[3]];
const imageConfigTypes: readonly string[] = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

export const isIndexMediaType = (mediaType: string): boolean => indexTypes.includes(mediaType);
export const isImageManifestMediaType = (mediaType: string): boolean => imageTypes.includes(mediaType);
export const isImageConfigMediaType = (mediaType: string): boolean => imageConfigTypes.includes(mediaType);
