/**
 * The pattern of a token that only its name tells: a vendor's name at the keyword, then whatever the variable is called after
 * it, and a value; as in shells, properties, JSON, YAML and TOML. The parts share no character, so that nothing is tried twice.
 */
export const assigned = (name: string, value: string): RegExp =>
  new RegExp(
    String.raw`${name}[\w.-]{0,40}\\{0,2}["'\]]{0,2}[ \t]{0,8}(?:=>?|:=?|,)[ \t]{0,8}\\{0,2}["']?(?<secret>${value})(?![A-Za-z0-9_/+-])`,
    'i',
  );
