import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import { z } from 'zod';
import { ReportDocument } from '../../src/reports/report-document.ts';
import { spdxSchema } from './schemas/spdx-2.3.ts';

const addFormats = addFormatsModule.default;
const schemas = join(import.meta.dirname, 'schemas');
const cyclonedxSchemas = join(import.meta.dirname, '../../node_modules/@cyclonedx/cyclonedx-library/res/schema');
const options = { strict: false, allErrors: true } as const;

const readSchema = (folder: string, file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, file), 'utf8'));

/** What an official schema has against a document; empty when it is valid. */
type Validator = (document: unknown) => readonly string[];

function toValidator(validate: { (data: unknown): boolean; errors?: ErrorObject[] | null }): Validator {
  return (document) =>
    validate(document) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

/** By format; compiled once. */
export const reportValidators: Readonly<Record<string, Validator>> = {
  json: toValidator(
    // As strict as can be: no field may be missing from the schema.
    addFormats(new Ajv2020(options)).compile(z.toJSONSchema(ReportDocument, { io: 'output' })),
  ),
  sarif: toValidator(
    (() => {
      // Draft 4, of which this schema uses only what later drafts have, too.
      const { $schema: _, id: __, ...schema } = readSchema(schemas, 'sarif-2.1.0-rtm.5.json');
      return addFormats(new Ajv({ ...options, unicodeRegExp: false })).compile(schema);
    })(),
  ),
  cyclonedx: toValidator(
    (() => {
      const ajv = addFormats(new Ajv(options));
      // What internationalised addresses may look like: anything that URLs may once they are encoded.
      ajv.addFormat('iri-reference', (text: string) => !/[\s<>"{}|\\^`]/.test(text));
      ajv.addFormat('idn-email', (text: string) => text.includes('@'));
      for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
        const file = `${name}.SNAPSHOT.schema.json`;
        ajv.addSchema(readSchema(cyclonedxSchemas, file), `http://cyclonedx.org/schema/${file}`); // as the other refers to it
      }
      return ajv.compile(readSchema(cyclonedxSchemas, 'bom-1.6.SNAPSHOT.schema.json'));
    })(),
  ),
  spdx: toValidator(addFormats(new Ajv(options)).compile(spdxSchema)),
};
