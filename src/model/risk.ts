import type { Digest } from './digest.ts';
import type { Severity } from './severity.ts';

/** A risky setting or a secret in an image. */
export interface Risk {
  /** Id of the check or of the secret rule: `CIS-DI-0001`, `github-fine-grained-token`. */
  readonly rule: string;
  /** Key of `riskBehaviors`. */
  readonly behavior: RiskBehavior;
  /** Key of `riskPlaces`. */
  readonly place: RiskPlace;
  readonly severity: Severity;
  readonly description: string;
  /** The instruction of the Dockerfile, after a line with its time, or what the file shows; secrets are masked. */
  readonly instruction: string;
  /** The file, without a leading slash; absent for what the config says. */
  readonly path?: string;
  /** Counted from 1. */
  readonly line?: number;
  readonly layer?: Digest;
  /** The later layer that removed or replaced the file: it is still in the image for whoever pulls it. */
  readonly removedBy?: Digest;
  /** Of a secret: the same one has the same fingerprint wherever it lies. */
  readonly fingerprint?: string;
}

interface Code {
  /** On the wire and in the store; never reused for something else. */
  readonly code: number;
  readonly description: string;
}

/**
 * What is risky about it. Only one pair of the original's codes is published: 3 with place 2, for a password in an
 * environment variable. The others are ours.
 */
export const riskBehaviors = {
  privilege: { code: 1, description: 'Runs as root, or with more rights than it needs' },
  exposure: { code: 2, description: 'Offers a service to the network that a container should not, such as sshd' },
  secret: { code: 3, description: 'Sensitive information: a password, key or token' },
  permission: { code: 4, description: 'Files that anybody may change, or that give the rights of their owner' },
  build: { code: 5, description: 'Built in a way that cannot be repeated or checked' },
  software: { code: 6, description: 'Holds software that an image should not' },
} as const satisfies Readonly<Record<string, Code>>;
export type RiskBehavior = keyof typeof riskBehaviors;

/** Where it was found. */
export const riskPlaces = {
  file: { code: 1, description: 'A file of the image' },
  environment: { code: 2, description: 'An environment variable' },
  instruction: { code: 3, description: 'Another instruction of the Dockerfile' },
  label: { code: 4, description: 'A label' },
  command: { code: 5, description: 'Entrypoint or command' },
} as const satisfies Readonly<Record<string, Code>>;
export type RiskPlace = keyof typeof riskPlaces;
