const SECRET = /password|secret|token/i;
const MASK = '********';
const MAX_LENGTH = 10_000;

/** Parameters as they may be kept: values under a name that tells of a secret are masked, and not more than 10 000 characters. */
export function redact(parameters: unknown): string {
  const text = JSON.stringify(parameters, (name, value: unknown) => (SECRET.test(name) ? MASK : value)) ?? '';
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}…`;
}
