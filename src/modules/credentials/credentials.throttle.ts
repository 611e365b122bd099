// Slows guessing down without ever locking an account for its owner: refusals count per account and address together
// and per address; from many addresses at once, an account only answers more slowly. See docs/decisions/0006-provider.md.
import { setTimeout as delay } from 'node:timers/promises';
import { RateLimiterPostgres, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import { AppError } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';

export interface Throttle {
  /**
   * Before a password is looked at. Waits when the account is being guessed at from many addresses.
   * @throws limited `too_many_attempts` with `retryAfterSeconds`
   */
  begin(attempt: Attempt): Promise<void>;
  /** The password was right: earlier mistakes of this address on this account are forgotten. */
  succeeded(attempt: Attempt): Promise<void>;
  failed(attempt: Attempt): Promise<void>;
}

export interface Attempt {
  /** What was typed as user name, whether it exists or not. */
  readonly login: string;
  readonly address: string;
}

const quarterSeconds = 15 * 60;
const pairPoints = 10;
/** An administration may sit behind one address with thousands of people. */
const addressPoints = 300;
const accountPoints = 20;
const longestWaitMs = 3000;

/** @param wait how a slowed-down attempt waits; a test passes its own. */
export function createThrottle(
  site: Site,
  wait: (milliseconds: number) => Promise<unknown> = delay,
): Throttle {
  const pair = limiter(site, 'sign_in_pair', pairPoints, quarterSeconds);
  const address = limiter(site, 'sign_in_address', addressPoints, quarterSeconds);
  const account = limiter(site, 'sign_in_account', accountPoints, 3600);
  // Neither names nor addresses stand in the table.
  const digest = (text: string): string => site.secrets.blindIndex('throttle', text).toString('base64url');
  const keysOf = ({ login, address: from }: Attempt) => ({
    pair: digest(`${login.toLowerCase()}\n${from}`),
    address: digest(from),
    account: digest(login.toLowerCase()),
  });

  return {
    async begin(attempt) {
      const keys = keysOf(attempt);
      const [byAddress, byAccount] = await Promise.all([
        address.get(keys.address),
        account.get(keys.account),
      ]);
      if (byAddress && byAddress.consumedPoints >= addressPoints) throw tooMany(byAddress);
      await take(pair, keys.pair);
      const over = (byAccount?.consumedPoints ?? 0) - accountPoints;
      if (over >= 0) await wait(Math.min(longestWaitMs, 250 * 2 ** Math.min(over, 10)));
    },
    async succeeded(attempt) {
      await pair.delete(keysOf(attempt).pair);
    },
    async failed(attempt) {
      const keys = keysOf(attempt);
      await Promise.all([address.penalty(keys.address), account.penalty(keys.account)]);
    },
  };
}

function limiter(site: Site, keyPrefix: string, points: number, duration: number): RateLimiterAbstract {
  // The library only calls query(); ours prepares the statement, once per connection.
  const storeClient = {
    async query({ text, values }: { text: string; values: unknown[] }) {
      const rows = await site.db.query(text, values);
      return { rows, rowCount: rows.length };
    },
  };
  return new RateLimiterPostgres({
    storeClient,
    storeType: 'client',
    keyPrefix,
    points,
    duration,
    tableName: 'rate_limit',
    tableCreated: true,
    clearExpiredByTimeout: false,
  });
}

async function take(limiter: RateLimiterAbstract, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) throw tooMany(refusal);
    throw refusal;
  }
}

function tooMany(refusal: RateLimiterRes): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
  return new AppError('limited', 'too_many_attempts', {
    params: { retryAfterSeconds, minutes: Math.ceil(retryAfterSeconds / 60) },
  });
}
