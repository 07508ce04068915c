/** What a command ends with. Scripts depend on these numbers: docs/reference/commands.md lists them. */
export const exitCodes = {
  ok: 0,
  error: 1,
  usage: 2,
  policy: 3,
  unauthenticated: 4,
  incomplete: 5,
  interrupted: 130,
} as const;

/** A command that could not do what it was asked: said to a person, in this order. */
export class CommandFailure extends Error {
  readonly exitCode: number;
  /** How to mend it. */
  readonly fix: string | undefined;
  readonly requestId: string | undefined;

  constructor(message: string, options: { exitCode?: number; fix?: string; requestId?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'CommandFailure';
    this.exitCode = options.exitCode ?? exitCodes.error;
    this.fix = options.fix;
    this.requestId = options.requestId;
  }
}
