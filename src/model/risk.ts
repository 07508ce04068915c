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
  privilege: { code: 1, description: 'Privilege: runs as root, or makes it easy to become root' },
  exposure: {
    code: 2,
    description: 'Exposure: offers a way in from the network, such as an SSH server or a key that may log in',
  },
  secret: { code: 3, description: 'Secret: a password, key or token, or another credential' },
  permission: {
    code: 4,
    description: 'Permission: files that anybody may change or read, or that give the rights of their owner',
  },
  build: { code: 5, description: 'Build: made in a way that cannot be repeated or checked' },
  software: { code: 6, description: 'Content: holds files or software that an image should not' },
} as const satisfies Readonly<Record<string, Code>>;
export type RiskBehavior = keyof typeof riskBehaviors;

/** Where it was found. */
export const riskPlaces = {
  file: { code: 1, description: 'A file or folder of a layer' },
  environment: { code: 2, description: 'An environment variable' },
  instruction: { code: 3, description: 'An instruction of the Dockerfile, or one that is missing' },
  label: { code: 4, description: 'A label' },
  command: { code: 5, description: 'The entrypoint or command' },
} as const satisfies Readonly<Record<string, Code>>;
export type RiskPlace = keyof typeof riskPlaces;
