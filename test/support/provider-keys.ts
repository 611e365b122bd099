// Signing keys for tests, made once per machine: an RSA key of 3072 bits takes seconds.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { Site } from '../../src/platform/site.ts';

const cacheFile = new URL('../../node_modules/.cache/mandaat/test-keys.json', import.meta.url);

interface TestKey {
  algorithm: 'ES256' | 'RS256' | 'EdDSA';
  publicJwk: JWK;
  privateJwk: JWK;
}

function makeKeys(): TestKey[] {
  const pairs: [TestKey['algorithm'], { publicKey: KeyObject; privateKey: KeyObject }][] = [
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 3072 })],
    ['EdDSA', generateKeyPairSync('ed25519')],
  ];
  return pairs.map(([algorithm, { publicKey, privateKey }]) => ({
    algorithm,
    publicJwk: publicKey.export({ format: 'jwk' }) as JWK,
    privateJwk: privateKey.export({ format: 'jwk' }) as JWK,
  }));
}

async function cachedKeys(): Promise<TestKey[]> {
  const cached = await readFile(cacheFile, 'utf8').catch(() => undefined);
  if (cached) return JSON.parse(cached) as TestKey[];
  const keys = makeKeys();
  await mkdir(new URL('.', cacheFile), { recursive: true });
  const aside = new URL(`test-keys.${process.pid}.tmp`, cacheFile);
  await writeFile(aside, JSON.stringify(keys));
  await rename(aside, cacheFile);
  return keys;
}

/** Gives the site its keys, unless it has some. */
export async function giveKeys(site: Site): Promise<void> {
  for (const { algorithm, publicJwk, privateJwk } of await cachedKeys()) {
    const kid = await calculateJwkThumbprint(publicJwk);
    await site.db.query(
      `insert into provider_key (kid, algorithm, public_jwk, sealed_private, created_at, signs_from)
       select $1, $2, $3::jsonb, $4, $5::timestamptz, $5::timestamptz
       where not exists (select 1 from provider_key where algorithm = $2)`,
      [
        ...[kid, algorithm, JSON.stringify(publicJwk)],
        site.secrets.seal(JSON.stringify(privateJwk), `provider_key:${kid}`),
        site.clock.now(),
      ],
    );
  }
}
