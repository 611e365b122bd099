// The public keys that stand beside the checkpoints. A key that is no longer the first of SECRET_KEYS is vouched for by the
// one after it, so that old checkpoints can still be checked when the old secret is gone.
import { createPublicKey, verify } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { PublicKey, Secrets } from '../../platform/crypto.ts';
import { checkpointPurpose } from './audit.checkpoint.ts';

const keysFile = 'public-keys.json';

const vouching = z.object({ by: z.string(), signature: z.string() });
const publishedKey = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  kid: z.string(),
  /** Newer keys that say: this one was ours. */
  vouchedFor: z.array(vouching).optional(),
});
const keySet = z.object({ keys: z.array(publishedKey) });
type PublishedKey = z.infer<typeof publishedKey>;

/** Keys that check the signatures of checkpoints, the present one first. */
export function checkpointKeys(secrets: Secrets): PublicKey[] {
  return secrets.publicKeys(checkpointPurpose);
}

/** @throws Error when the file is there but is not a set of keys. */
export async function readPublicKeys(directory: string): Promise<PublishedKey[]> {
  const text = await readFile(join(directory, keysFile), 'utf8').catch(() => undefined);
  return text === undefined ? [] : keySet.parse(JSON.parse(text)).keys;
}

/** The keys of this installation, and those in the directory that one of them vouches for, directly or by way of another. */
export async function readTrustedKeys(directory: string, secrets: Secrets): Promise<PublicKey[]> {
  const trusted: PublicKey[] = checkpointKeys(secrets);
  let candidates = (await readPublicKeys(directory)).filter((key) => !isAmong(trusted, key));
  for (;;) {
    const vouched = candidates.filter((key) => trusted.some((by) => vouches(by, key)));
    if (vouched.length === 0) return trusted;
    trusted.push(...vouched);
    candidates = candidates.filter((key) => !vouched.includes(key));
  }
}

/** Publishes the keys that are not there yet, and vouches with the first for the others. None is ever taken away. */
export async function publishKeys(directory: string, secrets: Secrets): Promise<void> {
  const known = await readPublicKeys(directory);
  const [current, ...older] = checkpointKeys(secrets);
  if (current === undefined) return;
  const wanted = new Map(known.map((key) => [key.kid, key]));
  if (!wanted.has(current.kid)) wanted.set(current.kid, current);
  for (const key of older) {
    const published: PublishedKey = wanted.get(key.kid) ?? key;
    if (vouches(current, published)) continue;
    const signature = secrets.signForPublic(statementOn(key), checkpointPurpose).signature;
    const vouchedFor = [...(published.vouchedFor ?? []), { by: current.kid, signature }];
    wanted.set(key.kid, { ...published, vouchedFor });
  }
  const keys = [...wanted.values()];
  if (JSON.stringify(keys) !== JSON.stringify(known)) await replace(directory, keys);
}

/** Beside and then renamed: half a file would keep every later checkpoint from being written. */
async function replace(directory: string, keys: readonly PublishedKey[]): Promise<void> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, keysFile);
  await writeFile(`${file}.tmp`, `${JSON.stringify({ keys }, null, 2)}\n`);
  await rename(`${file}.tmp`, file);
}

/** What a key signs to vouch for an older one. Never the text of a checkpoint, which is JSON. */
const statementOn = ({ kid, x }: PublicKey): string => `this key signed checkpoints: ${kid} ${x}`;

function vouches(by: PublicKey, key: PublishedKey): boolean {
  const { kty, crv, x, kid } = by;
  const statement = Buffer.from(statementOn(key));
  return (key.vouchedFor ?? []).some(
    (one) =>
      one.by === kid &&
      verify(
        null,
        statement,
        createPublicKey({ key: { kty, crv, x }, format: 'jwk' }),
        Buffer.from(one.signature, 'base64url'),
      ),
  );
}

const isAmong = (keys: readonly PublicKey[], { kid, x }: PublicKey): boolean =>
  keys.some((key) => key.kid === kid && key.x === x);
