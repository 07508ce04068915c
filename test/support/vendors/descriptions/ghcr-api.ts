import { createDescription } from '../../published/create-description.ts';
import { fromOpenApi, type OpenApi } from '../../published/from-openapi.ts';
import { readExcerpt } from './read-excerpt.ts';

const document = readExcerpt<OpenApi>('ghcr.json');

export const ghcrApi = createDescription({
  source: document['x-source'],
  licence: 'MIT',
  operations: fromOpenApi(document),
  document,
  elsewhere: { 401: 'https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api' },
});
