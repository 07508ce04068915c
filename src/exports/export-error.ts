import type { ExportFailure } from '../model/export.ts';

/** An export that cannot give a file, for a reason that its user is told. The detail holds no secret. */
export class ExportError extends Error {
  readonly failure: ExportFailure;
  readonly detail: string;

  constructor(failure: ExportFailure, detail = '') {
    super(detail ? `${failure}: ${detail}` : failure);
    this.name = 'ExportError';
    this.failure = failure;
    this.detail = detail;
  }
}
