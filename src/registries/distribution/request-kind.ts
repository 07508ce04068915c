import type { RequestKind } from '../request-budget.ts';
import type { WireRequest } from './create-transport.ts';

const MANIFEST = /\/manifests\/[^/]+$/;
const BLOB = /\/blobs\/[^/]+$/;

/** What a request counts as in a registry's budget. */
export function requestKind({ method, url }: Pick<WireRequest, 'method' | 'url'>): RequestKind {
  if (method === 'HEAD') return 'head';
  if (MANIFEST.test(url.pathname)) return 'manifest';
  return BLOB.test(url.pathname) ? 'blob' : 'list';
}
