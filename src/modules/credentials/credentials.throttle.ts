// Slows guessing down without ever locking an account for its owner: refusals count per account and address together
// and per address; from many addresses at once, an account only answers more slowly. See docs/decisions/0006-provider.md.
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { foldLogin, networkOf } from './credentials.attempt.ts';

export interface Throttle {
  /**
   * Before a password is looked at. Waits when the account is being guessed at from many addresses.
   * @returns a refusal when too many were made under all names of the account together. It is not to be told to somebody
   *   who is not signed in: that two names belong together tells that they exist. Treat the password as wrong instead.
   * @throws limited `too_many_attempts` with `retryAfterSeconds`, for this name or address
   */
  begin(attempt: Attempt): Promise<AppError | undefined>;
  /** The password was right: earlier mistakes of this address on this account are forgotten. */
  succeeded(attempt: Attempt): Promise<void>;
  failed(attempt: Attempt): Promise<void>;
}

export interface Attempt {
  /** What was typed as user name, whether it exists or not. */
  readonly login: string;
  /** What all its names have in common, when it exists. */
  readonly account?: string | undefined;
  readonly address: string;
}

const quarterMs = 15 * 60_000;
const hourMs = 60 * 60_000;
const pairPoints = 10;
/** An administration may sit behind one address with thousands of people. */
const addressPoints = 300;
/** Of one name. The names of an account are not added up here: a wait that begins too early would tell that they belong together. */
const namePoints = 10;
const longestWaitMs = 3000;

/** A count starts anew when its time is over. `$1` is now; instants are milliseconds since 1970. */
const countOn = `on conflict (key) do update set
  points = case when r.expire <= $1::bigint then 1 else r.points + 1 end,
  expire = case when r.expire <= $1::bigint then excluded.expire else r.expire end`;

// Looks at the address and the name, and counts the attempt of the pairs (name and address, account and address) before
// the password is looked at, so that guesses side by side do not slip through together. An address that is refused is
// not counted again.
const beginAttempt = `with known as (
    select key, points, expire from rate_limit where key in ($3, $4) and expire > $1::bigint
  ), counted as (
    insert into rate_limit as r (key, points, expire) select key, 1, $5::bigint from unnest(array[$2, $6]) key
    where not exists (select 1 from known where key = $3 and points >= ${addressPoints})
    ${countOn} returning key, points, expire
  ) select key, points, expire from counted union all select key, points, expire from known`;

// Always in this order, so that no two of these wait for each other.
const countFailure = `insert into rate_limit as r (key, points, expire) values ($2, 1, $4::bigint), ($3, 1, $5::bigint)
  ${countOn}`;

interface Count {
  key: string;
  points: number;
  expire: number;
}

/** @param wait how a slowed-down attempt waits; a test passes its own. */
export function createThrottle(
  site: Site,
  wait: (milliseconds: number) => Promise<unknown> = delay,
): Throttle {
  const { db, clock, secrets } = site;
  // Neither names nor addresses stand in the table.
  const digest = (text: string): string => secrets.blindIndex('throttle', text).toString('base64url');
  const keysOf = (attempt: Attempt) => {
    const login = foldLogin(attempt.login);
    const network = networkOf(attempt.address);
    return {
      pair: `sign_in_pair:${digest(`${login}\n${network}`)}`,
      // Of a name that nobody has it is counted too, by itself: it takes as long.
      whole: `sign_in_whole:${digest(`${attempt.account ?? login}\n${network}`)}`,
      address: `sign_in_address:${digest(network)}`,
      name: `sign_in_account:${digest(login)}`,
    };
  };

  return {
    async begin(attempt) {
      const keys = keysOf(attempt);
      const now = clock.now().getTime();
      const values = [now, keys.pair, keys.address, keys.name, now + quarterMs, keys.whole];
      const counts = await db.query<Count>(beginAttempt, values);
      const countOf = (key: string) => counts.find((count) => count.key === key);
      const [byAddress, byPair] = [countOf(keys.address), countOf(keys.pair)];
      if (byAddress && byAddress.points >= addressPoints) throw tooMany(byAddress.expire - now);
      if (byPair && byPair.points > pairPoints) throw tooMany(byPair.expire - now);
      const over = (countOf(keys.name)?.points ?? 0) - namePoints;
      if (over >= 0) await wait(Math.min(longestWaitMs, 250 * 2 ** Math.min(over, 10)));
      const whole = countOf(keys.whole);
      return whole && whole.points > pairPoints ? tooMany(whole.expire - now) : undefined;
    },
    async succeeded(attempt) {
      const { pair, whole } = keysOf(attempt);
      await db.query('delete from rate_limit where key in ($1, $2)', [pair, whole]);
    },
    async failed(attempt) {
      const keys = keysOf(attempt);
      const now = clock.now().getTime();
      await db.query(countFailure, [now, keys.address, keys.name, now + quarterMs, now + hourMs]);
    },
  };
}

function tooMany(msLeft: number): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil(msLeft / 1000));
  return new AppError('limited', 'too_many_attempts', {
    params: { retryAfterSeconds, minutes: Math.ceil(retryAfterSeconds / 60) },
  });
}
