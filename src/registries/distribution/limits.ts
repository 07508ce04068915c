/** Bounds on what one registry may cost us. Times in milliseconds, sizes in bytes. */
export interface DistributionLimits {
  readonly concurrency: number;
  readonly connectTimeout: number;
  /** From the request sent to the last header. */
  readonly headersTimeout: number;
  /** Longest silence within a body that we are ready to read. */
  readonly bodyTimeout: number;
  /** A blob of which fewer bytes arrive per second, over `blobRateWindow`, is given up; 0 = never. */
  readonly blobRate: number;
  readonly blobRateWindow: number;
  /** Longest time for a whole body that is not a blob. */
  readonly answerTimeout: number;
  /** Tries of one request in all. */
  readonly attempts: number;
  /** All waits between the tries of one request; a longer Retry-After fails at once. */
  readonly waitBudget: number;
  readonly redirects: number;
  /** Names asked for per page; docker-registry refuses more than 1000. */
  readonly pageSize: number;
  readonly pages: number;
  /** Names of one listing. */
  readonly names: number;
  /** Of all names of one listing together: they are remembered to tell pages that repeat. */
  readonly nameCharacters: number;
  readonly pageBytes: number;
  readonly tokenBytes: number;
  readonly errorBytes: number;
}

export const defaultDistributionLimits: DistributionLimits = {
  concurrency: 6,
  connectTimeout: 10_000,
  headersTimeout: 60_000,
  bodyTimeout: 60_000,
  blobRate: 1_024,
  blobRateWindow: 60_000,
  answerTimeout: 120_000,
  attempts: 5,
  waitBudget: 120_000,
  redirects: 5,
  pageSize: 500,
  pages: 20_000,
  names: 1_000_000,
  nameCharacters: 128 * 1024 ** 2,
  // A registry that does not page (docker-registry 2.8 for tags) sends everything at once: half a million usual tags.
  pageBytes: 16 * 1024 ** 2,
  tokenBytes: 256 * 1024,
  errorBytes: 64 * 1024,
};
