/**
 * What a path of a description matches, `/orgs/{org}/packages`.
 * @param slashes names of parameters that are sent with their slashes as they are
 */
export function toPathPattern(path: string, slashes: readonly string[] = []): RegExp {
  const parts = path.split(/\{([^}]+)\}/);
  const text = parts.map((part, at) => {
    if (at % 2 === 1) return slashes.includes(part) ? '.+' : '[^/]+';
    return part.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${text.join('')}$`);
}
