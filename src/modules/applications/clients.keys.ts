// Public keys that somebody pastes for a client: a JSON Web Key Set, or one key. Never keeps a private or shared one.
import { createPublicKey } from 'node:crypto';
import { z } from 'zod';

export interface PublicKeys {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

type Read = { readonly jwks: PublicKeys } | { readonly refused: string };

const jwk = z.looseObject({ kty: z.string(), kid: z.string().optional() });
const keySet = z.looseObject({ keys: z.array(jwk).min(1).max(20) });
/** Members that only whoever signs may have. Source: RFC 7518 §6. */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const leastRsaBits = 2048;

/** @returns the keys, or the code of what is wrong with them */
export function readPublicKeys(text: string): Read {
  const parsed = z.union([keySet, jwk]).safeParse(parseJson(text));
  if (!parsed.success) return { refused: 'client_keys_format' };
  const keys = 'keys' in parsed.data ? (parsed.data.keys as z.infer<typeof jwk>[]) : [parsed.data];
  if (keys.some((key) => key.kty === 'oct' || secretMembers.some((member) => member in key)))
    return { refused: 'client_keys_private' };
  if (!keys.every(isUsable)) return { refused: 'client_keys_unusable' };
  const named = keys.flatMap(({ kid }) => kid ?? []);
  if (new Set(named).size < named.length) return { refused: 'client_keys_double' };
  return { jwks: { keys } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isUsable(key: z.infer<typeof jwk>): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey({ key, format: 'jwk' });
    return asymmetricKeyType !== 'rsa' || (asymmetricKeyDetails?.modulusLength ?? 0) >= leastRsaBits;
  } catch {
    return false;
  }
}
