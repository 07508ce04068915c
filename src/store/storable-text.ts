/**
 * What both engines can keep: PostgreSQL refuses a NUL in text, and a lone surrogate in JSON. Names come from registries
 * and images, so either may be there; U+FFFD takes its place.
 */
export function storableText(text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text).toWellFormed();
}

/** The same for a parameter of a statement: lists member by member, everything else as it is. */
export function storableParameter(parameter: unknown): unknown {
  if (typeof parameter === 'string') return storableText(parameter);
  return Array.isArray(parameter) ? parameter.map(storableParameter) : parameter;
}
