/**
 * A document of SPDX 2.3 in JSON: README.md says where this comes from. Narrower than the official schemas of 2.3 and 2.3.1:
 * both take whatever this takes. No object may have other fields.
 */
const text = { type: 'string' } as const;
const list = (items: object, least = 0) => ({ type: 'array', items, minItems: least });
const oneOf = (words: string) => ({ type: 'string', enum: words.split(' ') });
const object = (required: Readonly<Record<string, object>>, optional: Readonly<Record<string, object>> = {}) => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
  additionalProperties: false,
});

// 6.3: `SPDXRef-` and letters, numbers, `.` and `-`.
const id = { type: 'string', pattern: '^SPDXRef-[A-Za-z0-9.-]+$' };
// 6.9: UTC to the second.
const day = '\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])';
const time = { type: 'string', pattern: `^${day}T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\dZ$` };
const checksum = object({
  algorithm: oneOf(
    'SHA1 BLAKE3 SHA3-384 SHA256 SHA384 BLAKE2b-512 BLAKE2b-256 SHA3-512 MD2 ADLER32 MD4 SHA3-256 BLAKE2b-384 SHA512 MD6 MD5 SHA224',
  ),
  checksumValue: { type: 'string', pattern: '^[0-9a-f]+$' },
});
const annotation = object({
  annotationDate: time,
  annotationType: oneOf('OTHER REVIEW'),
  annotator: text,
  comment: text,
});

const aPackage = object(
  // 7.7: a URI, or that there is none or that nobody looked.
  {
    SPDXID: id,
    downloadLocation: { type: 'string', pattern: '^(?:NONE|NOASSERTION|[a-z][a-z0-9+.-]*:.+)$' },
    name: text,
  },
  {
    annotations: list(annotation),
    attributionTexts: list(text),
    builtDate: time,
    checksums: list(checksum),
    comment: text,
    copyrightText: text,
    description: text,
    externalRefs: list(
      object(
        {
          referenceCategory: oneOf('OTHER PERSISTENT-ID SECURITY PACKAGE-MANAGER'),
          referenceLocator: { type: 'string', pattern: '^\\S+$' }, // 7.21: no spaces
          referenceType: text,
        },
        { comment: text },
      ),
    ),
    filesAnalyzed: { type: 'boolean' },
    hasFiles: list(id),
    homepage: text,
    licenseComments: text,
    licenseConcluded: text,
    licenseDeclared: text,
    licenseInfoFromFiles: list(text),
    originator: text,
    packageFileName: text,
    packageVerificationCode: object(
      { packageVerificationCodeValue: text },
      { packageVerificationCodeExcludedFiles: list(text) },
    ),
    // OPERATING_SYSTEM in 2.3, OPERATING-SYSTEM in 2.3.1: neither is in both.
    primaryPackagePurpose: oneOf(
      'OTHER INSTALL ARCHIVE FIRMWARE APPLICATION FRAMEWORK LIBRARY CONTAINER SOURCE DEVICE FILE',
    ),
    releaseDate: time,
    sourceInfo: text,
    summary: text,
    supplier: text,
    validUntilDate: time,
    versionInfo: text,
  },
);

const relationship = object(
  {
    spdxElementId: id,
    relatedSpdxElement: {
      type: 'string',
      pattern: '^(?:NONE|NOASSERTION|(?:DocumentRef-[A-Za-z0-9.-]+:)?SPDXRef-[A-Za-z0-9.-]+)$',
    },
    relationshipType: oneOf(
      'VARIANT_OF COPY_OF PATCH_FOR TEST_DEPENDENCY_OF CONTAINED_BY DATA_FILE_OF OPTIONAL_COMPONENT_OF ANCESTOR_OF GENERATES CONTAINS OPTIONAL_DEPENDENCY_OF FILE_ADDED REQUIREMENT_DESCRIPTION_FOR DEV_DEPENDENCY_OF DEPENDENCY_OF BUILD_DEPENDENCY_OF DESCRIBES PREREQUISITE_FOR HAS_PREREQUISITE PROVIDED_DEPENDENCY_OF DYNAMIC_LINK DESCRIBED_BY METAFILE_OF DEPENDENCY_MANIFEST_OF PATCH_APPLIED RUNTIME_DEPENDENCY_OF TEST_OF TEST_TOOL_OF DEPENDS_ON SPECIFICATION_FOR FILE_MODIFIED DISTRIBUTION_ARTIFACT AMENDS DOCUMENTATION_OF GENERATED_FROM STATIC_LINK OTHER BUILD_TOOL_OF TEST_CASE_OF PACKAGE_OF DESCENDANT_OF FILE_DELETED EXPANDED_FROM_ARCHIVE DEV_TOOL_OF EXAMPLE_OF',
    ),
  },
  { comment: text },
);

const externalDocument = object({ checksum, externalDocumentId: text, spdxDocument: text });
const extractedLicence = object(
  { extractedText: text, licenseId: text },
  { comment: text, name: text, seeAlsos: list(text) },
);

/** Files and snippets are left out: a document of ours that had any would need their rules, and fails here. */
export const spdxSchema = object(
  {
    SPDXID: { const: 'SPDXRef-DOCUMENT' },
    creationInfo: object(
      { created: time, creators: list({ type: 'string', pattern: '^(?:Person|Organization|Tool): .+' }, 1) },
      { comment: text, licenseListVersion: text },
    ),
    dataLicense: { const: 'CC0-1.0' },
    name: text,
    spdxVersion: { const: 'SPDX-2.3' },
    documentNamespace: { type: 'string', format: 'uri', pattern: '^[^#]+$' }, // 6.5: without a fragment
  },
  {
    annotations: list(annotation),
    comment: text,
    documentDescribes: list(id),
    externalDocumentRefs: list(externalDocument),
    hasExtractedLicensingInfos: list(extractedLicence),
    packages: list(aPackage),
    relationships: list(relationship),
  },
);
