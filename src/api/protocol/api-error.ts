import type { Language } from '../../model/language.ts';

/** Languages the real service answers in; chosen by X-TC-Language. */
export type { Language };

export type Text = Readonly<Record<Language, string>>;

/** An answer that the contract documents: a code for programs, a text for people. */
export class ApiError extends Error {
  readonly code: string;
  readonly text: Text;

  constructor(code: string, text: Text) {
    super(text['en-US']);
    this.name = 'ApiError';
    this.code = code;
    this.text = text;
  }
}
