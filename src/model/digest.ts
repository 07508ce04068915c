/** A content address as OCI writes it, `sha256:` and 64 lower-case hex digits. */
export type Digest = `sha256:${string}`;
