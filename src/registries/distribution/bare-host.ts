/** The host of a URL as the network takes it: IPv6 without its brackets. */
export function bareHost({ hostname }: { readonly hostname: string }): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}
