/** The HTTP proxies that outbound requests go through, as the environment names them. */
export interface ProxySettings {
  /** For `http://` addresses: a URL, which may hold a user and a password. */
  readonly http?: string;
  /** For `https://` addresses. */
  readonly https?: string;
  /** What is asked directly: hosts, suffixes, addresses, CIDR ranges, `*`; comma separated. */
  readonly noProxy?: string;
}
