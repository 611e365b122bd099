// Signs the provider's cookies: the first key signs, all verify.
import { createHmac } from 'node:crypto';
import { sameBytes } from '../../platform/crypto.ts';

/** What the cookie jar of the library calls (the interface of keygrip). */
export interface CookieSigner {
  sign(data: string): string;
  verify(data: string, digest: string): boolean;
  /** Which key made the digest; -1 for none. Above 0 the cookie is signed again. */
  index(data: string, digest: string): number;
}

export function cookieSigner(keys: readonly string[]): CookieSigner {
  const mac = (data: string, key: string): string =>
    createHmac('sha256', key).update(data).digest('base64url');
  const index = (data: string, digest: string): number =>
    keys.findIndex((key) => sameBytes(mac(data, key), digest));
  return {
    sign: (data) => mac(data, keys[0] ?? ''),
    verify: (data, digest) => index(data, digest) >= 0,
    index,
  };
}
