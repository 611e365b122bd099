// Signatures that others can check: with the public key alone, per purpose, also after the keys were rotated.
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { createSecrets, type PublicKey } from '../../src/platform/crypto.ts';
import { Secret } from '../../src/platform/secret.ts';

const key = (byte: number) => Buffer.alloc(32, byte);
const secretsOf = (...keys: Buffer[]) =>
  createSecrets({ secretKeys: new Secret(keys), identifierKey: new Secret(key(9)) });
const check = (jwk: PublicKey | undefined, value: string, signature: string) =>
  verify(
    null,
    Buffer.from(value),
    createPublicKey({ key: { ...jwk }, format: 'jwk' }),
    Buffer.from(signature, 'base64url'),
  );

test('a public signature is checked with the public key of its purpose, and with no other', () => {
  const secrets = secretsOf(key(1));
  const { keyId, signature } = secrets.signForPublic('text', 'one');
  const [jwk] = secrets.publicKeys('one');
  assert.equal(jwk?.kid, keyId);
  assert.equal(check(jwk, 'text', signature), true);
  assert.equal(check(jwk, 'other', signature), false);
  assert.equal(check(secrets.publicKeys('two')[0], 'text', signature), false);
});

test('after a new key was put first, the public key of the old one is still given', () => {
  const { keyId, signature } = secretsOf(key(1)).signForPublic('text', 'one');
  const rotated = secretsOf(key(2), key(1)).publicKeys('one');
  assert.notEqual(rotated[0]?.kid, keyId);
  assert.equal(
    check(
      rotated.find((jwk) => jwk.kid === keyId),
      'text',
      signature,
    ),
    true,
  );
});
