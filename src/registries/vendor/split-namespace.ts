const SLASHES = /^\/{1,8}|\/{1,8}$/g;

/**
 * The address of a registry that holds everybody's images, and the namespace that its path names: `https://quay.io/team`.
 * Such a registry lies at the root of its host, so a path can mean nothing else.
 */
export function splitNamespace(address: string): { readonly url: string; readonly namespace: string | undefined } {
  const url = URL.parse(address);
  if (url === null) return { url: address, namespace: undefined };
  const path = url.pathname.replace(SLASHES, '');
  return { url: url.origin, namespace: path === '' || path === 'v2' ? undefined : path };
}
