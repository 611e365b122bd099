// Password hashes: argon2id off the main thread, a few at a time, so that tokens flow while people sign in.
import { hash as argon2Hash, parseOptions, verify as argon2Verify } from '@node-rs/argon2';
import { availableParallelism } from 'node:os';
import { createBoundedQueue } from './bounded-queue.ts';
import type { Config } from './config.ts';

const ARGON2ID = 2;
const DEFAULT_QUEUE_LIMIT = 200;

type Argon2Config = Pick<
  Config,
  'passwordArgon2MemoryKib' | 'passwordArgon2Time' | 'passwordArgon2Parallelism'
>;

export type PasswordHasher = {
  /** A PHC string of argon2id. @throws limited `busy` when too many people sign in at once. */
  hash(password: string): Promise<string>;
  /**
   * Checks a password. Without a stored hash (unknown person) it takes as long and says no, so that time does not
   * tell who exists. `rehash`: right, but weaker than configured now; store `hash(password)` anew.
   * @throws limited `busy` when too many people sign in at once.
   */
  verify(stored: string | undefined, password: string): Promise<{ ok: boolean; rehash: boolean }>;
};

/** @param limits.concurrency hashes at the same time: one core is left for everything else. */
export function createPasswordHasher(
  config: Argon2Config,
  limits: { concurrency?: number; queueLimit?: number } = {},
): PasswordHasher {
  const concurrency = limits.concurrency ?? Math.max(1, availableParallelism() - 1);
  const inTurn = createBoundedQueue(concurrency, limits.queueLimit ?? DEFAULT_QUEUE_LIMIT);
  const options = {
    memoryCost: config.passwordArgon2MemoryKib,
    timeCost: config.passwordArgon2Time,
    parallelism: config.passwordArgon2Parallelism,
  };
  const hash = (password: string) => argon2Hash(normalise(password), options);
  let standIn: Promise<string> | undefined;

  return {
    hash: (password) => inTurn(() => hash(password)),
    verify: (stored, password) =>
      inTurn(async () => {
        const against = stored ?? (await (standIn ??= hash('nobody has this password')));
        const matches = await argon2Verify(against, normalise(password));
        const ok = matches && stored !== undefined;
        return { ok, rehash: ok && isWeaker(against, config) };
      }),
  };
}

/** The same letters typed on two keyboards must be one password. Source: NIST SP 800-63B §3.1.1.2. */
export function normalise(password: string): string {
  return password.normalize('NFC');
}

function isWeaker(stored: string, config: Argon2Config): boolean {
  const used = parseOptions(stored);
  return (
    used.algorithm !== ARGON2ID ||
    used.memoryCost < config.passwordArgon2MemoryKib ||
    used.timeCost < config.passwordArgon2Time
  );
}
