const PORT = /:\d{1,5}$/;

/**
 * The Host header in every spelling that real clients sign: as received (tccli lets it begin with a scheme), without the
 * port (the Node SDK), and in lower case.
 */
export const hostSpellings = (host: string): readonly string[] => [
  ...new Set([host, host.replace(PORT, ''), host.toLowerCase(), host.replace(PORT, '').toLowerCase()]),
];
