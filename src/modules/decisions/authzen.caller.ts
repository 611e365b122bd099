// Which application asks, and what its client may ask: settled before a request is read. Wrong proofs are counted.
import { hash } from 'node:crypto';
import type { Request } from 'express';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { DecisionPower } from '../../platform/db/types.ts';
import type { Site } from '../../platform/site.ts';
import { authenticateCaller, claimedClientId, type ProviderHandle } from '../provider/index.ts';
import { AuthzenError } from './authzen.schema.ts';

export interface Caller {
  readonly clientId: string;
  readonly applicationId: string;
  readonly powers: readonly DecisionPower[];
}

/** No `Authorization`, or one that proves nothing. */
export class Unauthenticated extends AuthzenError {
  constructor(message: string) {
    super(401, message);
  }
}

/** Too many wrong proofs. */
export class TooManyFailures extends AuthzenError {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super(429, 'too many failed attempts');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export interface Callers {
  /** @throws Unauthenticated; TooManyFailures */
  authenticate(req: Request): Promise<Caller>;
  /** Who proved this a moment ago, as far as is known; see {@link isRemembered}. */
  remembered(req: Request): RememberedCaller | undefined;
  /** Whether nothing has changed about it since, as of the last look at the log of changes. */
  isRemembered(one: RememberedCaller): boolean;
  /** Drops what is remembered of the clients of one application, or of all. */
  forget(applicationId: string | null): void;
}

export interface RememberedCaller {
  readonly key: string;
  readonly caller: Caller;
  readonly untilMs: number;
  readonly trustedUntil: number;
}

/** Changed clients are forgotten at once, and ends by the clock are known; this bounds what nobody thought of. */
const trustedMs = 2000;
const maxRemembered = 10_000;
const failurePoints = 20;
const failureSeconds = 15 * 60;

export function createCallers(site: Site, provider: ProviderHandle, audiences: readonly string[]): Callers {
  const remembered = new Map<string, RememberedCaller>();
  const failures = createFailureCounter(site);
  /** Of what was dropped: what was proved before may not be remembered after. */
  let drops = 0;

  const check = async (req: Request, authorization: string): Promise<Caller> => {
    const dropsBefore = drops;
    const key = `${claimedClientId(authorization) ?? ''}\n${req.ip ?? ''}`;
    const proved = await authenticateCaller(site, provider, authorization, audiences);
    if (!proved) {
      // The right proof is let in even then: secrets cannot be guessed, and a guesser must not lock the application out.
      failures.refuseBlocked(key);
      await failures.count(key);
      throw new Unauthenticated('the client could not be authenticated');
    }
    const [row] = await site.db.query<{ decision_powers: DecisionPower[] }>(
      'select decision_powers from client where id = $1 and disabled_at is null',
      [proved.clientId],
    );
    if (!row) throw new Unauthenticated('the client could not be authenticated');
    const { clientId, applicationId } = proved;
    const caller: Caller = { clientId, applicationId, powers: row.decision_powers };
    if (proved.untilMs > 0 && drops === dropsBefore) {
      if (remembered.size >= maxRemembered) remembered.clear();
      const trustedUntil = performance.now() + trustedMs;
      const key = digest(authorization);
      remembered.set(key, { key, caller, untilMs: proved.untilMs, trustedUntil });
    }
    return caller;
  };

  const isFresh = ({ trustedUntil, untilMs }: RememberedCaller): boolean =>
    trustedUntil > performance.now() && untilMs > site.clock.now().getTime();
  const find = (authorization: string): RememberedCaller | undefined => {
    const known = remembered.get(digest(authorization));
    return known && isFresh(known) ? known : undefined;
  };

  return {
    async authenticate(req) {
      const { authorization } = req.headers;
      if (!authorization) throw new Unauthenticated('an Authorization header is needed');
      return find(authorization)?.caller ?? check(req, authorization);
    },
    remembered: ({ headers: { authorization } }) => (authorization ? find(authorization) : undefined),
    isRemembered: (one) => remembered.get(one.key) === one && isFresh(one),
    forget(applicationId) {
      drops++;
      provider.forgetClients();
      for (const [key, { caller }] of remembered) {
        if (applicationId === null || caller.applicationId === applicationId) remembered.delete(key);
      }
    },
  };
}

const digest = (text: string): string => hash('sha256', text, 'base64url');

interface FailureCounter {
  /** @throws TooManyFailures */
  refuseBlocked(key: string): void;
  count(key: string): Promise<void>;
}

/** Counted in the database, for all processes; a block is remembered here so that a flood costs no statement. */
function createFailureCounter(site: Site): FailureCounter {
  const blocked = new Map<string, number>();
  const storeClient = {
    async query({ text, values }: { text: string; values: unknown[] }) {
      const rows = await site.db.query(text, values);
      return { rows, rowCount: rows.length };
    },
  };
  const limiter = new RateLimiterPostgres({
    storeClient,
    storeType: 'client',
    keyPrefix: 'decisions',
    points: failurePoints,
    duration: failureSeconds,
    tableName: 'rate_limit',
    tableCreated: true,
    clearExpiredByTimeout: false,
  });
  const nameOf = (key: string): string => site.secrets.blindIndex('throttle', key).toString('base64url');

  return {
    refuseBlocked(key) {
      const until = blocked.get(key);
      if (until === undefined) return;
      const leftMs = until - site.clock.now().getTime();
      if (leftMs > 0) throw new TooManyFailures(Math.ceil(leftMs / 1000));
      blocked.delete(key);
    },
    async count(key) {
      try {
        await limiter.consume(nameOf(key));
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        if (blocked.size >= maxRemembered) blocked.clear();
        blocked.set(key, site.clock.now().getTime() + refusal.msBeforeNext);
        throw new TooManyFailures(Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)));
      }
    },
  };
}
