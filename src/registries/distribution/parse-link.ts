const LINK = /<([^<>]{1,4096})>([^<]{0,1024})/g;
const NEXT = /;\s{0,8}rel\s{0,8}=\s{0,8}(?:"(?:[^"]{0,64} )?next(?: [^"]{0,64})?"|next(?:[\s;,]|$))/i;

/**
 * The target of `rel="next"` in a Link header, as written, relative or absolute: https://www.rfc-editor.org/rfc/rfc8288
 */
export function parseNextLink(header: string): string | undefined {
  for (const [, target, parameters] of header.matchAll(LINK)) {
    if (target !== undefined && parameters !== undefined && NEXT.test(parameters)) return target;
  }
  return undefined;
}
