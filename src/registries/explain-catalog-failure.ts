import { AppError } from '../model/app-error.ts';

/** Many accounts may pull and yet not list: a refusal of the catalog is no refusal of the sign-in. */
export function explainCatalogFailure(error: AppError): AppError {
  if (error.code !== 'authentication-failed' && error.code !== 'permission-denied') return error;
  const text = `The registry answers and accepts the sign-in, but does not let this account list its repositories. ${error.message}`;
  return new AppError('permission-denied', text, { cause: error });
}
