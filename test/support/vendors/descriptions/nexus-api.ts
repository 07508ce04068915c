import { createDescription } from '../../published/create-description.ts';
import { call, list, mapOf, object, orNull, text, time, whole } from '../../published/words.ts';

// What is absent is null, as in the answers of https://help.sonatype.com/en/components-api.html; the description has no nulls.
const asset = object({
  blobCreated: orNull(time),
  blobStoreName: orNull(text),
  checksum: mapOf(text),
  contentType: text,
  downloadUrl: text,
  fileSize: whole,
  format: text,
  id: text,
  lastDownloaded: orNull(time),
  lastModified: orNull(time),
  path: text,
  repository: text,
  uploader: orNull(text),
  uploaderIp: orNull(text),
});
const component = object({
  assets: list(asset),
  format: text,
  group: orNull(text),
  id: text,
  name: text,
  repository: text,
  version: orNull(text),
});

export const nexusApi = createDescription({
  source: 'sonatype-nexus-community/nexus-repo-api-client at 272c3b47, spec/openapi.yaml',
  licence: 'Apache-2.0',
  operations: [
    call({
      method: 'GET',
      path: '/service/rest/v1/components',
      query: { continuationToken: text, repository: text },
      required: ['repository'],
      answers: {
        200: object({ items: list(component), continuationToken: orNull(text) }),
        403: undefined,
        422: undefined,
      },
    }),
  ],
  elsewhere: {
    401: 'https://help.sonatype.com/en/rest-and-integration-api.html',
  },
});
