// The keys the provider signs with: made, sealed, published, rotated. A private key leaves the database only sealed.
import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import type { ProviderKeyTable, Writer } from '../../platform/db/types.ts';
import type { Site } from '../../platform/site.ts';

export const algorithms = ['ES256', 'RS256', 'EdDSA'] as const;
export type Algorithm = (typeof algorithms)[number];

const rsaModulusBits = 3072;
/** A key is published this long before it signs, so that applications that keep our keys know it in time. */
const leadSeconds = 10 * 60;
/** Signatures are looked at again for as long as somebody may send an ID token as a hint to sign out. */
const extraPublishedSeconds = 24 * 3600;

export interface KeySummary {
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly createdAt: Date;
  readonly signsFrom: Date;
  readonly publishedUntil: Date | null;
  readonly state: 'next' | 'signing' | 'published' | 'withdrawn';
}

export interface SigningKeys {
  /** Private keys; of each algorithm the one that signs comes first. */
  readonly jwks: { keys: JWK[] };
  /** When the set will be another one; null when nothing is planned. */
  readonly changesAt: Date | null;
}

type KeyRow = Pick<
  ProviderKeyTable,
  'kid' | 'algorithm' | 'sealed_private' | 'signs_from' | 'published_until' | 'created_at'
>;

/** Makes the first key of every algorithm that has none; one process does it, the others wait and find them. */
export async function ensureKeys(site: Site): Promise<void> {
  if (await hasAllAlgorithms(site)) return;
  const made = await Promise.all(algorithms.map((algorithm) => generateKey(site, algorithm)));
  await site.db.handle.transaction().execute((trx) =>
    site.db.guardTransaction(async () => {
      await sql`select pg_advisory_xact_lock(hashtext('mandaat provider keys'))`.execute(trx);
      const known = await trx.selectFrom('provider_key').select('algorithm').execute();
      const missing = made.filter((key) => !known.some((row) => row.algorithm === key.algorithm));
      for (const key of missing) await insertKey(trx, key, site.clock.now(), site.clock.now());
    }),
  );
}

async function hasAllAlgorithms(site: Site): Promise<boolean> {
  const rows = await site.db.query<{ algorithm: string }>('select distinct algorithm from provider_key', []);
  return rows.length === algorithms.length;
}

/**
 * Replaces the signing keys: the new ones are published now and sign after a lead time; the old ones stay published
 * until nothing they signed is in use any more.
 * @param options.immediately sign with the new keys at once (a key was stolen); old ones are withdrawn.
 * Audit: `provider_key.rotated`.
 */
export async function rotateKeys(
  site: Site,
  origin: Origin,
  options: { immediately?: boolean } = {},
): Promise<KeySummary[]> {
  const made = await Promise.all(algorithms.map((algorithm) => generateKey(site, algorithm)));
  const attempt = { action: 'provider_key.rotated', subjectType: 'provider_key' };
  await runCommand(site, origin, attempt, async ({ trx, at, record }) => {
    const lead = options.immediately ? 0 : leadSeconds * 1000;
    const signsFrom = new Date(at.getTime() + lead);
    const kept = options.immediately ? 0 : keptSeconds(site) * 1000;
    const old = await trx
      .updateTable('provider_key')
      .set({ published_until: new Date(signsFrom.getTime() + kept) })
      .where('published_until', 'is', null)
      .returning('kid')
      .execute();
    for (const key of made) await insertKey(trx, key, at, signsFrom);
    record({
      ...attempt,
      before: { kids: old.map((row) => row.kid) },
      after: { kids: made.map((key) => key.kid), signsFrom },
    });
  });
  return listKeys(site);
}

const keptSeconds = (site: Site): number => site.config.sessionAbsoluteSeconds + extraPublishedSeconds;

/** Every key, newest first; without anything private. */
export async function listKeys(site: Site): Promise<KeySummary[]> {
  const now = site.clock.now();
  const rows = await site.db.query<KeyRow>(
    `select kid, algorithm, sealed_private, created_at, signs_from, published_until from provider_key
     order by created_at desc, algorithm`,
    [],
  );
  const signing = signingOf(rows, now);
  return rows.map((row) => ({
    kid: row.kid,
    algorithm: row.algorithm,
    createdAt: row.created_at,
    signsFrom: row.signs_from,
    publishedUntil: row.published_until,
    state: stateOf(row, signing, now),
  }));
}

function stateOf(row: KeyRow, signing: ReadonlySet<string>, now: Date): KeySummary['state'] {
  if (row.published_until !== null && row.published_until <= now) return 'withdrawn';
  if (signing.has(row.kid)) return 'signing';
  return row.signs_from > now ? 'next' : 'published';
}

/** Of each algorithm the newest that may sign already. */
function signingOf(rows: readonly KeyRow[], now: Date): Set<string> {
  const best = new Map<string, KeyRow>();
  for (const row of rows) {
    if (row.signs_from > now || (row.published_until !== null && row.published_until <= now)) continue;
    const known = best.get(row.algorithm);
    if (known === undefined || row.signs_from > known.signs_from) best.set(row.algorithm, row);
  }
  return new Set([...best.values()].map((row) => row.kid));
}

/** The keys to publish and to sign with now, and when to look again. */
export async function loadSigningKeys(site: Site): Promise<SigningKeys> {
  const now = site.clock.now();
  const rows = await site.db.query<KeyRow>(
    `select kid, algorithm, sealed_private, created_at, signs_from, published_until from provider_key
     where published_until is null or published_until > $1::timestamptz order by signs_from desc, kid`,
    [now],
  );
  const signing = signingOf(rows, now);
  const ordered = [...rows].sort((a, b) => Number(signing.has(b.kid)) - Number(signing.has(a.kid)));
  const changes = rows.flatMap((row) => [row.signs_from, row.published_until ?? []].flat());
  const coming = changes.filter((at) => at > now).sort((a, b) => a.getTime() - b.getTime());
  return { jwks: { keys: ordered.map((row) => openKey(site, row)) }, changesAt: coming[0] ?? null };
}

/** Public keys of everything that is published, for those in this process who check our signatures. */
export async function listPublicKeys(site: Site): Promise<JWK[]> {
  const rows = await site.db.query<{ kid: string; algorithm: string; public_jwk: JWK }>(
    `select kid, algorithm, public_jwk from provider_key
     where published_until is null or published_until > $1::timestamptz`,
    [site.clock.now()],
  );
  return rows.map((row) => ({ ...row.public_jwk, kid: row.kid, alg: row.algorithm, use: 'sig' }));
}

function openKey(site: Site, row: KeyRow): JWK {
  const jwk = JSON.parse(site.secrets.open(row.sealed_private, sealContext(row.kid)).toString()) as JWK;
  return { ...jwk, kid: row.kid, alg: row.algorithm, use: 'sig' };
}

export const sealContext = (kid: string): string => `provider_key:${kid}`;

interface NewKey {
  kid: string;
  algorithm: Algorithm;
  publicJwk: JWK;
  sealedPrivate: string;
}

async function generateKey(site: Site, algorithm: Algorithm): Promise<NewKey> {
  const { publicKey, privateKey } = await keyPairOf(algorithm);
  const publicJwk = publicKey.export({ format: 'jwk' }) as JWK;
  const kid = await calculateJwkThumbprint(publicJwk);
  const sealedPrivate = site.secrets.seal(
    JSON.stringify(privateKey.export({ format: 'jwk' })),
    sealContext(kid),
  );
  return { kid, algorithm, publicJwk, sealedPrivate };
}

const generate = promisify(generateKeyPair);

function keyPairOf(algorithm: Algorithm): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  if (algorithm === 'ES256') return generate('ec', { namedCurve: 'P-256' });
  if (algorithm === 'EdDSA') return generate('ed25519');
  return generate('rsa', { modulusLength: rsaModulusBits });
}

async function insertKey(trx: Writer, key: NewKey, createdAt: Date, signsFrom: Date): Promise<void> {
  await trx
    .insertInto('provider_key')
    .values({
      kid: key.kid,
      algorithm: key.algorithm,
      public_jwk: JSON.stringify(key.publicJwk),
      sealed_private: key.sealedPrivate,
      created_at: createdAt,
      signs_from: signsFrom,
      published_until: null,
    })
    .execute();
}
