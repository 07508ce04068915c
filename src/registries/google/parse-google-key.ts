import { z } from 'zod';

/** What of the key of a service account signs it in: https://cloud.google.com/iam/docs/keys-create-delete */
export interface GoogleKey {
  readonly email: string;
  readonly privateKey: string;
  readonly keyId?: string;
  readonly project?: string;
  /** Where a signed claim is exchanged for a token. */
  readonly tokenUrl: URL;
}

const Key = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1).max(320),
  private_key: z.string().min(1).max(16_384),
  private_key_id: z.string().max(200).optional(),
  project_id: z.string().max(200).optional(),
  token_uri: z.url({ protocol: /^https?$/ }).default('https://oauth2.googleapis.com/token'),
});

const MAX_LENGTH = 64 * 1024;

/** The JSON of a key, as it is or in base64; undefined when it is none. */
export function parseGoogleKey(password: string): GoogleKey | undefined {
  if (password.length > MAX_LENGTH) return undefined;
  const text = password.trimStart().startsWith('{') ? password : Buffer.from(password, 'base64').toString('utf8');
  const parsed = Key.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { client_email, private_key, private_key_id, project_id, token_uri } = parsed.data;
  return {
    email: client_email,
    privateKey: private_key,
    ...(private_key_id === undefined ? {} : { keyId: private_key_id }),
    ...(project_id === undefined ? {} : { project: project_id }),
    tokenUrl: new URL(token_uri),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
