// Identifiers of rows. Never used as a secret: for that there is `randomToken` in crypto.ts.
import { randomBytes } from 'node:crypto';

const idBytes = 16;
/** Random bytes asked for many ids at a time: asking for each costs more than making the id. */
let pool = Buffer.alloc(0);
let poolUsed = 0;

/**
 * A new UUID version 7: sorts by time of creation, so that indexes stay compact.
 * Source: RFC 9562 §5.7.
 */
export function newId(nowMs: number = Date.now()): string {
  if (poolUsed + idBytes > pool.length) {
    pool = randomBytes(idBytes * 256);
    poolUsed = 0;
  }
  const bytes = pool.subarray(poolUsed, (poolUsed += idBytes));
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a path segment or field can be an identifier at all; anything else cannot exist. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && uuidPattern.test(value);
}
