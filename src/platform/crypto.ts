// Everything that uses a key: sealing at rest, blind index, signatures, tokens. Passwords are in password-hash.ts.
// Keys never leave this file; each purpose has its own, derived by HKDF, so that one leaked use opens no other.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hkdfSync,
  randomBytes,
  sign as signBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Config } from './config.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MAX_DERIVED_KEYS = 200;

/** Use it through the composition root: one per process. All text results are safe in URLs and cookies. */
export type Secrets = {
  /**
   * Encrypts with the current key (AES-256-GCM). `context` says what it is and whose (`signing_key:<id>`): the
   * result opens in that context only, so that a value copied to another row is refused.
   */
  seal(plain: Uint8Array | string, context: string): string;
  /** @throws UnknownSecretKeyError; Error when the value was changed or belongs elsewhere. */
  open(sealed: string, context: string): Buffer;
  /** Whether a sealed value should be sealed again because its key is not the first one any more. */
  isSealedWithOldKey(sealed: string): boolean;
  /** Keyed digest (32 bytes) to look an identifier up by without storing it readable. Normalise it first. */
  blindIndex(scheme: string, value: string): Buffer;
  /** `value` with a signature over it and its purpose. The value stays readable to whoever holds it. */
  sign(value: string, purpose: string): string;
  /** The signed value, or undefined when it was not signed here for this purpose. */
  verify(signed: string, purpose: string): string | undefined;
  /** Signs with Ed25519, so that whoever holds the public key of the purpose can check it without our secrets. */
  signForPublic(value: string, purpose: string): { keyId: string; signature: string };
  /** Public keys of {@link Secrets.signForPublic} for one purpose, current one first, as JSON Web Keys (RFC 8037). */
  publicKeys(purpose: string): PublicKey[];
  /** Keys for cookie signatures, current one first. */
  readonly cookieKeys: string[];
};

/** For whoever runs the site: a restart with the wrong keys is found out here. */
export class UnknownSecretKeyError extends Error {
  constructor() {
    super(
      'The database holds what was sealed with a key that is not in SECRET_KEYS. Put that key back, behind the present one. ' +
        '(Outside production keys are in secrets.json in DATA_DIR, which belongs to the database beside it.)',
    );
    this.name = 'UnknownSecretKeyError';
  }
}

export type PublicKey = { kty: 'OKP'; crv: 'Ed25519'; x: string; kid: string };

/** Derives everything from `SECRET_KEYS` (the first is current, the rest still open and verify) and `IDENTIFIER_KEY`. */
export function createSecrets(config: Pick<Config, 'secretKeys' | 'identifierKey'>): Secrets {
  const rings = config.secretKeys.reveal().map(createKeyRing);
  const current = rings[0];
  if (current === undefined) throw new Error('at least one secret key is needed');
  const ringOf = (id: string) => rings.find((ring) => ring.id === id);
  const identifierKey = createSecretKey(config.identifierKey.reveal());

  return {
    seal: (plain, context) =>
      `${current.id}.${encrypt(plain, current.keyFor(`seal:${kindOf(context)}`), context)}`,
    open(sealed, context) {
      const [id = '', body = ''] = sealed.split('.', 2);
      const ring = ringOf(id);
      if (ring === undefined) throw new UnknownSecretKeyError();
      return decrypt(body, ring.keyFor(`seal:${kindOf(context)}`), context);
    },
    isSealedWithOldKey: (sealed) => !sealed.startsWith(`${current.id}.`),
    blindIndex: (scheme, value) => createHmac('sha256', identifierKey).update(`${scheme}\0${value}`).digest(),
    sign(value, purpose) {
      const body = Buffer.from(value).toString('base64url');
      return `${current.id}.${body}.${mac(body, current.keyFor(`sign:${purpose}`))}`;
    },
    verify(signed, purpose) {
      const [id = '', body = '', given = '', ...rest] = signed.split('.');
      const ring = ringOf(id);
      if (ring === undefined || rest.length > 0) return undefined;
      const expected = mac(body, ring.keyFor(`sign:${purpose}`));
      return sameBytes(given, expected) ? Buffer.from(body, 'base64url').toString() : undefined;
    },
    signForPublic(value, purpose) {
      const privateKey = ed25519Key(current.keyFor(`ed25519:${purpose}`));
      return {
        keyId: current.id,
        signature: signBytes(null, Buffer.from(value), privateKey).toString('base64url'),
      };
    },
    publicKeys: (purpose) =>
      rings.map((ring) => {
        const jwk = createPublicKey(ed25519Key(ring.keyFor(`ed25519:${purpose}`))).export({ format: 'jwk' });
        return { kty: 'OKP', crv: 'Ed25519', x: String(jwk.x), kid: ring.id };
      }),
    cookieKeys: rings.map((ring) => ring.keyFor('cookies').export().toString('base64url')),
  };
}

/** SHA-256 of a random token, to store instead of it. Only for {@link randomToken}s: guessable values need a key. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** A random value nobody can guess, as base64url. Source: OWASP ASVS 5.0, 11.5.1 (128 bits or more, no UUIDs). */
export function randomToken(bytes = KEY_BYTES): string {
  return randomBytes(bytes).toString('base64url');
}

/** Compares without telling by its duration where two values differ. */
export function sameBytes(a: Uint8Array | string, b: Uint8Array | string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

type KeyRing = { id: string; keyFor(purpose: string): KeyObject };

/**
 * One configured key: its public id (a digest, so that values name the key they need) and the keys derived from it. As
 * key objects: making one of bytes anew for every digest or cipher takes five times as long as what it is for.
 */
function createKeyRing(bytes: Buffer): KeyRing {
  const key = createSecretKey(bytes);
  const id = derive(key, 'key id').subarray(0, 6).toString('base64url');
  const derived = new Map<string, KeyObject>();
  return {
    id,
    keyFor(purpose) {
      const known = derived.get(purpose);
      if (known !== undefined) return known;
      const made = createSecretKey(derive(key, purpose));
      // Purposes are few; the bound is for the one that is not.
      if (derived.size >= MAX_DERIVED_KEYS) derived.clear();
      derived.set(purpose, made);
      return made;
    },
  };
}

function derive(key: KeyObject, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, 'mandaat', purpose, KEY_BYTES));
}

/** DER of an Ed25519 private key up to its 32 bytes of seed. Source: RFC 8410 §7. */
const ED25519_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

function ed25519Key(seed: KeyObject): KeyObject {
  return createPrivateKey({
    key: Buffer.concat([ED25519_PREFIX, seed.export()]),
    format: 'der',
    type: 'pkcs8',
  });
}

/** One key per kind of thing (`person_identifier`); whose it is stands in the authenticated context beside it. */
const kindOf = (context: string): string => context.split(':', 1)[0] ?? '';

function encrypt(plain: Uint8Array | string, key: KeyObject, context: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(context));
  const body = [cipher.update(typeof plain === 'string' ? Buffer.from(plain) : plain), cipher.final()];
  return Buffer.concat([nonce, ...body, cipher.getAuthTag()]).toString('base64url');
}

function decrypt(text: string, key: KeyObject, context: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new Error('sealed value is incomplete');
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}

function mac(text: string, key: KeyObject): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}
