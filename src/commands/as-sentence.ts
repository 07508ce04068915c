/** Messages of the inner rooms begin in lower case, as they also stand behind a colon; alone they begin a sentence. */
export const asSentence = (message: string): string =>
  message.replace(/^[a-z](?=[a-z]* )/, (letter) => letter.toUpperCase());
