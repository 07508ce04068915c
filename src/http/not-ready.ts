/** What `/readyz` names to anybody; the rest of what is wrong stays in the log. */
export class NotReady extends Error {
  readonly missing: 'database' | 'stopping';

  constructor(missing: NotReady['missing'], options?: ErrorOptions) {
    super(missing === 'stopping' ? 'the process is stopping' : `the ${missing} does not answer`, options);
    this.missing = missing;
  }
}
