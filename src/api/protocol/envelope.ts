import type { ApiError, Language } from './api-error.ts';

/** `{"Response":{…,"RequestId"}}`; SDKs index RequestId without asking whether it is there. */
export function successEnvelope(response: object, requestId: string): string {
  return JSON.stringify({ Response: { ...response, RequestId: requestId } });
}

/** Clients take any `Error` member for a failure, so it exists here only. */
export function errorEnvelope(error: ApiError, language: Language, requestId: string): string {
  return JSON.stringify({
    Response: { Error: { Code: error.code, Message: error.text[language] }, RequestId: requestId },
  });
}
