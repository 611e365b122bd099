// What the composition root hands to every command and query. Wired once, in main.ts (and in test/support/site.ts).
import type { AuditFact, AuditOutcome, Change, EndedAccess, Origin } from './change.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Secrets } from './crypto.ts';
import type { Database } from './db/open.ts';
import type { Writer } from './db/types.ts';
import type { Logger } from './logger.ts';

/** What modules plug into every change; the platform itself knows neither audit rows nor tokens. */
export interface ChangeHooks {
  /** Writes the facts in the given transaction. */
  writeAudit(
    trx: Writer,
    at: Date,
    origin: Origin,
    outcome: AuditOutcome,
    facts: readonly AuditFact[],
  ): Promise<void>;
  /** Revokes what rests on ended access: tokens, sessions; leaves the messages that tell the applications. */
  revokeAccess(change: Change, ended: readonly EndedAccess[]): Promise<void>;
  /** Told of each command when it is over: `done`, or the code it was refused or failed with. */
  commandEnded(action: string, outcome: string): void;
}

export interface Site {
  readonly config: Config;
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly secrets: Secrets;
  readonly hooks: ChangeHooks;
  readonly outbox: {
    /** New messages were committed: deliver them now rather than at the next sweep. */
    wake(): void;
  };
}
