import { isPassword } from './is-password.ts';

const PATH_OR_URL = /^(?:\/|\.{1,2}\/|~|[a-z]{2,10}:\/\/)/i;
const NUMBER = /^\d{1,5}$/;

/** Whether the value of a variable that is named after a secret is one; weak ones count, places where one lies do not. */
export const isSettingSecret = (value: string): boolean =>
  !PATH_OR_URL.test(value) && !NUMBER.test(value) && isPassword(value);
