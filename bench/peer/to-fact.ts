/** Types, and what the peers write for a system they do not name, whose namespace is the distribution. */
const SYSTEM = new Set(['none', 'deb', 'rpm', 'apk']);

/**
 * `name@version` of a peer's package URL, written as we write it: the epoch is a qualifier of theirs and a prefix of
 * ours, Go and Composer versions have no `v`, and Maven's group is parted from its artifact by a colon.
 */
export function toFact(purl: string): string {
  const [path = '', query = ''] = purl.replace(/^pkg:/, '').split('?');
  const type = path.slice(0, path.indexOf('/'));
  const full = decodeURIComponent(path.slice(type.length + 1));
  const at = full.lastIndexOf('@');
  const name = SYSTEM.has(type) ? (full.slice(0, at).split('/').pop() ?? '') : full.slice(0, at);
  const epoch = new URLSearchParams(query).get('epoch');
  return normalizeFact(
    `${type === 'maven' ? name.replace('/', ':') : name}@${epoch ? `${epoch}:` : ''}${full.slice(at + 1)}`,
  );
}

/** Case and a leading `v` of the version are no difference. */
export function normalizeFact(fact: string): string {
  return fact.toLowerCase().replace(/@v(?=\d)/, '@');
}
