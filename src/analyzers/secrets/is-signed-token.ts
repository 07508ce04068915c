/** The subject and the name of the sample that jwt.io and most documentation show. */
const SAMPLE =
  /"(?:1234567890|John Doe|Joe Coder|foo|bar|test|joe)"|"https?:\/\/(?:[\w-]{1,64}\.)?example\.|"exp":1300819380/;
const ALGORITHM = /"alg"\s{0,4}:\s{0,4}"(?:[HRPE]S|Ed|dir|A\d|RSA|ECDH)/;

/** Whether a token names how it is signed, and is no sample of documentation. */
export function isSignedToken(token: string): boolean {
  const [header = '', claims = ''] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
  return ALGORITHM.test(header) && claims.startsWith('{') && !SAMPLE.test(claims);
}
