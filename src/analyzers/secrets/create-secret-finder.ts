// Placeholder of the lead: its owner replaces it.
import type { Secret } from '../../model/secret.ts';
export interface SecretsOfFile {
  readonly secrets: readonly Secret[];
  readonly cut: boolean;
}
export interface SecretReader {
  write(chunk: Uint8Array): void;
  end(): SecretsOfFile;
}
export interface SecretFinder {
  readonly fingerprint: string;
  open(path: string, size: number): SecretReader | undefined;
  findIn(text: string): readonly Secret[];
}
export const createSecretFinder = (): SecretFinder => ({
  fingerprint: 'none',
  open: () => undefined,
  findIn: () => [],
});
