/** A request as it came over the wire; header names lower case, values as received. */
export interface RawRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As received; or why there is none to read. */
  readonly body: Uint8Array | 'too-large' | 'unreadable';
}

/** A request whose body is there. */
export type WholeRequest = RawRequest & { readonly body: Uint8Array };

/** Raw text after `?`, '' when there is none. */
export function queryOf({ url }: Pick<RawRequest, 'url'>): string {
  const mark = url.indexOf('?');
  return mark < 0 ? '' : url.slice(mark + 1);
}

/** The media type alone, lower case, without parameters; '' when there is none. */
export function mediaTypeOf({ headers }: Pick<RawRequest, 'headers'>): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}
