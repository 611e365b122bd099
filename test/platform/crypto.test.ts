// Sealing, blind index, signatures and tokens: what opens, what must not, and what survives a new key.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createSecrets, hashToken, randomToken, sameBytes } from '../../src/platform/crypto.ts';
import { Secret } from '../../src/platform/secret.ts';
import { testConfig } from '../support/config.ts';

function secretsWith(...keyBytes: number[]) {
  const secretKeys = new Secret(keyBytes.map((byte) => Buffer.alloc(32, byte)));
  return createSecrets(testConfig({ secretKeys }));
}

/** `text` with one character, at `index`, replaced by another of the same alphabet. */
function damaged(text: string, index: number): string {
  return text.slice(0, index) + (text[index] === 'A' ? 'B' : 'A') + text.slice(index + 1);
}

describe('sealing', () => {
  const secrets = secretsWith(1);

  it('gives back any bytes, and never the same text twice', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (plain, context) => {
        const sealed = secrets.seal(plain, context);
        assert.notEqual(sealed, secrets.seal(plain, context));
        assert.match(sealed, /^[\w-]+\.[\w-]+$/);
        assert.deepEqual(secrets.open(sealed, context), Buffer.from(plain));
      }),
    );
  });

  it('refuses another context, a changed or shortened value, and a stranger', () => {
    const sealed = secrets.seal('private key', 'signing_key:1');
    assert.throws(() => secrets.open(sealed, 'signing_key:2'));
    for (const index of [10, 30, sealed.length - 8]) {
      assert.throws(() => secrets.open(damaged(sealed, index), 'signing_key:1'), `character ${index}`);
    }
    assert.throws(() => secrets.open(sealed.slice(0, -4), 'signing_key:1'));
    assert.throws(() => secrets.open(sealed.slice(0, 14), 'signing_key:1'));
    assert.throws(() => secretsWith(2).open(sealed, 'signing_key:1'), /not in SECRET_KEYS/);
  });

  it('opens with an older key after a new one was put first, and says that it should be renewed', () => {
    const sealed = secrets.seal('totp', 'x');
    const rotated = secretsWith(2, 1);
    assert.equal(rotated.open(sealed, 'x').toString(), 'totp');
    assert.equal(rotated.isSealedWithOldKey(sealed), true);
    assert.equal(rotated.isSealedWithOldKey(rotated.seal('totp', 'x')), false);
    assert.throws(() => secretsWith(2).open(sealed, 'x'));
  });
});

describe('signatures', () => {
  const secrets = secretsWith(1);

  it('give back any text for the same purpose only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const signed = secrets.sign(text, 'invitation');
        assert.equal(secrets.verify(signed, 'invitation'), text);
        assert.equal(secrets.verify(signed, 'recovery'), undefined);
      }),
    );
  });

  it('refuse what was changed, cut, lengthened or never signed', () => {
    const signed = secrets.sign('person-1', 'p');
    const wrong = [
      damaged(signed, 10),
      damaged(signed, signed.length - 2),
      `${signed}.x`,
      signed.slice(0, -1),
      '',
      '..',
    ];
    for (const text of wrong) assert.equal(secrets.verify(text, 'p'), undefined, text);
  });

  it('stay good with an older key until that key is taken away', () => {
    const signed = secrets.sign('v', 'p');
    assert.equal(secretsWith(2, 1).verify(signed, 'p'), 'v');
    assert.equal(secretsWith(2).verify(signed, 'p'), undefined);
  });
});

describe('the blind index', () => {
  it('is the same for the same identifier, whatever the secret keys, and differs by scheme and by pepper', () => {
    const index = secretsWith(1).blindIndex('kbo', '0207537455');
    assert.equal(index.length, 32);
    assert.deepEqual(secretsWith(5, 6).blindIndex('kbo', '0207537455'), index);
    assert.notDeepEqual(secretsWith(1).blindIndex('nis', '0207537455'), index);
    const otherPepper = createSecrets(testConfig({ identifierKey: new Secret(Buffer.alloc(32, 9)) }));
    assert.notDeepEqual(otherPepper.blindIndex('kbo', '0207537455'), index);
  });

  it('keeps scheme and value apart', () => {
    const secrets = secretsWith(1);
    assert.notDeepEqual(secrets.blindIndex('ab', 'c'), secrets.blindIndex('a', 'bc'));
  });
});

describe('tokens and cookie keys', () => {
  it('are random, long enough, and stored as a digest', () => {
    assert.match(randomToken(), /^[\w-]{43}$/);
    assert.equal(Buffer.from(randomToken(16), 'base64url').length, 16);
    assert.notEqual(randomToken(), randomToken());
    assert.equal(hashToken('a').toString('hex').slice(0, 8), 'ca978112');
  });

  it('are compared whole', () => {
    assert.equal(sameBytes('abc', Buffer.from('abc')), true);
    assert.equal(sameBytes('abc', 'abd'), false);
    assert.equal(sameBytes('abc', 'ab'), false);
  });

  it('has one cookie key per secret key, current one first, none of them the key itself', () => {
    const [newer, older] = secretsWith(2, 1).cookieKeys;
    assert.deepEqual(secretsWith(1).cookieKeys, [older]);
    assert.deepEqual(secretsWith(2).cookieKeys, [newer]);
    assert.notEqual(older, Buffer.alloc(32, 1).toString('base64url'));
  });
});
