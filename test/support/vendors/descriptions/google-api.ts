import { createDescription } from '../../published/create-description.ts';
import { fromOpenApi, type OpenApi } from '../../published/from-openapi.ts';
import { readExcerpt } from './read-excerpt.ts';

const document = readExcerpt<OpenApi>('google.json');

export const googleApi = createDescription({
  source: document['x-source'],
  licence: 'Apache-2.0',
  operations: fromOpenApi(document),
  document,
});
