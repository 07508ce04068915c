import type { Language } from './protocol/api-error.ts';

/** NameRepeatErr: a soft error of a successful answer. */
export const nameTaken = (name: string, language: Language): string =>
  language === 'zh-CN' ? `名称 ${name} 已存在` : `the name ${name} is taken by another registry`;
