/** What is shown in the place of a secret, which is never returned; sent back, it means that the secret stays as it is. */
export const MASKED_SECRET = '********';
