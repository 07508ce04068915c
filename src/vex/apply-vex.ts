import { PackageURL } from 'packageurl-js';
import { purlOf } from '../ecosystems/purl.ts';
import type { OperatingSystem } from '../model/inventory.ts';
import type { AffectedPackage, MatchResult, Suppressed, Vulnerability } from '../model/vulnerability.ts';
import type { VexProduct, VexStatement } from './vex-statement.ts';

/** What an image is called in statements about it as a whole. */
export interface VexImage {
  readonly os?: OperatingSystem | undefined;
  /** `sha256:…` of its manifest and its config, those that are known. */
  readonly digests: readonly string[];
  /** As it is pulled: `registry.example.com/team/app`. */
  readonly repository?: string;
}

/**
 * Leaves out what statements say does not affect, or is mended in, a package of the image, and keeps it with the reason. Of
 * several statements about one package the last counts, so those of several files are given at once. Pure.
 */
export function applyVex<Result extends MatchResult>(
  result: Result,
  statements: readonly VexStatement[],
  image: VexImage,
): Result {
  const byName = new Map<string, VexStatement[]>();
  for (const statement of statements) {
    for (const name of new Set(statement.names)) byName.set(name, [...(byName.get(name) ?? []), statement]);
  }
  const vulnerabilities: Vulnerability[] = [];
  const suppressed: Suppressed[] = [...result.suppressed];
  for (const found of result.vulnerabilities) {
    const about = new Set([found.id, ...found.aliases].flatMap((name) => byName.get(name.toUpperCase()) ?? []));
    const inOrder = about.size > 1 ? statements.filter((each) => about.has(each)) : [...about];
    const byReason = Map.groupBy(found.affected, (affected) => reasonToSuppress(inOrder, affected, image));
    for (const [reason, affected] of byReason) {
      if (reason === undefined) vulnerabilities.push({ ...found, affected });
      else suppressed.push({ vulnerability: { ...found, affected }, reason: 'vex', detail: reason });
    }
  }
  return { ...result, vulnerabilities, suppressed };
}

function reasonToSuppress(
  statements: readonly VexStatement[],
  { package: pkg }: AffectedPackage,
  image: VexImage,
): string | undefined {
  if (statements.length === 0) return undefined;
  const own = parsePurl(purlOf(pkg, image.os));
  const last = statements.findLast(({ products }) => products.some((product) => concerns(product, own, image)));
  return last?.status === 'not_affected' || last?.status === 'fixed' ? last.reason : undefined;
}

/** The package itself; or the image, and then all of its packages or those that are named. */
function concerns({ id, subcomponents }: VexProduct, own: PackageURL | undefined, image: VexImage): boolean {
  const isOwn = (text: string) => own !== undefined && covers(parsePurl(text), own);
  if (isOwn(id)) return true;
  return isImage(id, image) && (subcomponents.length === 0 || subcomponents.some(isOwn));
}

/** What the statement's purl leaves out (version, qualifiers) may be anything; what it says must be so. */
function covers(stated: PackageURL | undefined, own: PackageURL): boolean {
  if (stated?.type !== own.type || stated.name !== own.name) return false;
  if ((stated.namespace ?? '') !== (own.namespace ?? '')) return false;
  if (stated.version && stated.version !== own.version) return false;
  return Object.entries(stated.qualifiers ?? {}).every(([key, value]) => own.qualifiers?.[key] === value);
}

/** By digest, which says all; without one, by its address in `repository_url`. */
function isImage(id: string, { digests, repository }: VexImage): boolean {
  if (digests.includes(id)) return true;
  const purl = parsePurl(id);
  if (purl?.type !== 'oci' && purl?.type !== 'docker') return false;
  if (purl.version) return digests.includes(purl.version);
  return repository !== undefined && purl.qualifiers?.repository_url?.toLowerCase() === repository.toLowerCase();
}

const MAX_PURL = 4000;

function parsePurl(text: string | undefined): PackageURL | undefined {
  if (!text?.startsWith('pkg:') || text.length > MAX_PURL) return undefined;
  try {
    return PackageURL.fromString(text);
  } catch {
    return undefined;
  }
}
