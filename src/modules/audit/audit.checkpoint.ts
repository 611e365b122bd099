// A checkpoint: what the audit looked like at an instant, signed, to be kept outside the database. Pure.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';
import type { PublicKey, Secrets } from '../../platform/crypto.ts';
import { canonicalJson } from './audit.chain.ts';

/** Bytes kept of the hash of each row: enough to name the row that was changed; the full head hash proves it. */
export const trailBytes = 6;
/** What the key of checkpoints is derived for. */
export const checkpointPurpose = 'audit checkpoint';

const lane = z.strictObject({
  lane: z.int().min(0),
  /** Last row. */
  seq: z.int().min(0),
  /** Full hash of the last row, hex. */
  hash: z.string(),
  /** The first bytes of the hash of each row since the previous checkpoint of this directory, base64url. */
  trail: z.string(),
});

const checkpoint = z.strictObject({
  version: z.literal(1),
  at: z.iso.datetime(),
  issuer: z.string(),
  /** Rows in all lanes together. */
  rows: z.int(),
  /** Lanes that moved since the previous checkpoint; in the first one of a file, all that have rows. */
  lanes: z.array(lane),
  /** Merkle root over the last rows of all lanes, hex: one short value to publish elsewhere. */
  root: z.string(),
  /** SHA-256 of the line before, hex; null in the very first. */
  previous: z.string().nullable(),
  keyId: z.string(),
  signature: z.string(),
});

export type Checkpoint = z.infer<typeof checkpoint>;
export type CheckpointLane = z.infer<typeof lane>;
export type UnsignedCheckpoint = Omit<Checkpoint, 'keyId' | 'signature'>;

/** One line of a checkpoint file, without its line break. */
export function signCheckpoint(secrets: Secrets, unsigned: UnsignedCheckpoint): string {
  const { keyId } = secrets.signForPublic('', checkpointPurpose);
  const content = { ...unsigned, keyId };
  const { signature } = secrets.signForPublic(canonicalJson(content), checkpointPurpose);
  return canonicalJson({ ...content, signature });
}

/** @returns undefined when the line is not a checkpoint. */
export function parseCheckpoint(line: string): Checkpoint | undefined {
  try {
    return checkpoint.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

export function isSignedBy({ signature, ...content }: Checkpoint, key: PublicKey): boolean {
  const publicKey = createPublicKey({ key: { ...key }, format: 'jwk' });
  return verify(null, Buffer.from(canonicalJson(content)), publicKey, Buffer.from(signature, 'base64url'));
}

export const hashLine = (line: string): string => createHash('sha256').update(line).digest('hex');

/**
 * Root of a binary tree over the heads in order of lane; an odd node moves up as it is.
 * Source: RFC 6962 §2.1 (leaves and nodes are hashed with different first bytes).
 */
export function merkleRoot(heads: readonly { lane: number; seq: number; hash: Uint8Array }[]): string {
  const digest = (first: number, ...parts: (Uint8Array | string)[]) => {
    const hash = createHash('sha256').update(Uint8Array.of(first));
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  let level = heads.map((head) => digest(0, `${head.lane}:${head.seq}:`, head.hash));
  while (level.length > 1) {
    level = level.flatMap((node, index) => {
      if (index % 2 === 1) return [];
      const right = level[index + 1];
      return [right === undefined ? node : digest(1, node, right)];
    });
  }
  return (level[0] ?? digest(0)).toString('hex');
}
