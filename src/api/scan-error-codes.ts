import type { Cause } from '../model/cause.ts';
import { type CauseText, causeTexts, type LocalText } from '../model/cause-texts.ts';
import type { Language } from './protocol/api-error.ts';

/**
 * Machine codes of Scan*Error and ConnDetectMessage. `ConnFailed` is documented; the vocabulary is open, so the other
 * causes have codes of the same shape.
 */
export const scanErrorCodes: Readonly<Record<Cause, string>> = {
  'address-forbidden': 'AddressForbidden',
  'advisories-missing': 'AdvisoriesMissing',
  'advisories-stale': 'AdvisoriesStale',
  'authentication-failed': 'AuthFailed',
  'blob-corrupt': 'BlobCorrupt',
  'budget-spent': 'BudgetSpent',
  canceled: 'Canceled',
  'catalog-empty': 'CatalogEmpty',
  'certificate-invalid': 'CertificateInvalid',
  'connection-failed': 'ConnFailed',
  'disk-full': 'DiskFull',
  'distribution-end-of-life': 'DistributionEndOfLife',
  'distribution-not-covered': 'DistributionNotCovered',
  'distribution-unknown': 'DistributionUnknown',
  'ecosystem-not-covered': 'EcosystemNotCovered',
  'engine-failed': 'EngineFailed',
  'engine-limit': 'EngineLimit',
  'engine-timeout': 'EngineTimeout',
  // The original says the same of an engine as of a registry.
  'engine-unreachable': 'ConnFailed',
  'file-unreadable': 'FileUnreadable',
  'image-not-found': 'ImageNotFound',
  'internal-error': 'InternalError',
  'layer-corrupt': 'LayerCorrupt',
  'limit-exceeded': 'LimitExceeded',
  'manifest-unsupported': 'ManifestUnsupported',
  'not-a-registry': 'NotARegistry',
  'permission-denied': 'PermissionDenied',
  'proxy-refused': 'ProxyRefused',
  'proxy-unreachable': 'ProxyUnreachable',
  'rate-limited': 'RateLimited',
  'registry-error': 'RegistryError',
  'registry-slow': 'RegistrySlow',
  'rules-invalid': 'RulesInvalid',
  'scan-timeout': 'ScanTimeout',
  'package-unreadable': 'PackageUnreadable',
  'version-undecided': 'VersionUndecided',
};

/** Reason or Solution of a cause in the language of the request; '' without a cause. */
export function causeText(cause: Cause | undefined, part: keyof CauseText, language: Language): string {
  if (cause === undefined) return '';
  const text: LocalText = causeTexts[cause][part];
  return language === 'zh-CN' ? text.zh : text.en;
}
