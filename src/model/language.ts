/** Languages that people are answered in; chosen by each API request. */
export type Language = 'en-US' | 'zh-CN';
