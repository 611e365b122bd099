// One unit of change: a transaction together with what must be recorded of it and told about it. Commands get one and
// do nothing outside it; when it is rolled back, nothing was recorded and nothing will be told.
import type { Writer } from './db/types.ts';

/** Who does it. `onBehalfOfOrganisationId`: the organisation whose administration was used. */
export type ActorRef =
  | {
      readonly kind: 'person';
      readonly personId: string;
      readonly onBehalfOfOrganisationId?: string | undefined;
    }
  | { readonly kind: 'client'; readonly clientId: string }
  | { readonly kind: 'system' }
  | { readonly kind: 'anonymous' };

/** Where a change comes from: travels from the edge to the audit row. */
export interface Origin {
  readonly actor: ActorRef;
  readonly requestId?: string | undefined;
}

/** What happened to what. `before` and `after` hold no secrets: they are kept for ever. */
export interface AuditFact {
  /** `<noun>.<past participle>`, e.g. `assignment.granted`; listed in modules/audit/audit.model.ts. */
  readonly action: string;
  readonly subjectType: string;
  readonly subjectId?: string | undefined;
  readonly organisationId?: string | undefined;
  readonly personId?: string | undefined;
  readonly applicationId?: string | undefined;
  readonly reason?: string | undefined;
  readonly before?: unknown;
  readonly after?: unknown;
}

export type AuditOutcome = 'done' | 'refused' | 'failed';

export interface OutboxMessage {
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Told along to the receiver, so that a second delivery after a crash can be recognised. Default: the row's id. */
  readonly idempotencyKey?: string;
  /** Default: at once. */
  readonly availableAt?: Date;
}

/**
 * Access that ends with this change, for whoever revokes tokens and sessions: the more fields are given, the less is
 * touched. `wholePerson` ends the sign-in itself.
 */
export interface EndedAccess {
  readonly personId?: string;
  readonly organisationId?: string;
  readonly rightId?: string;
  readonly applicationId?: string;
  readonly clientId?: string;
  readonly targetGroupId?: string;
  readonly wholePerson?: boolean;
}

export interface Change {
  readonly trx: Writer;
  /** The instant of the change, the same everywhere inside it. */
  readonly at: Date;
  /** The present: later than `at` once a lock had to be waited for. Only to judge and end what was waited for. */
  now(): Date;
  readonly origin: Origin;
  /** Writes an audit row in this transaction. */
  record(fact: AuditFact): void;
  /** Leaves a message for the worker, delivered at least once after the commit. */
  enqueue(message: OutboxMessage): void;
  /** Tokens and sessions that rest on this access are revoked in this transaction. */
  accessEnded(ended: EndedAccess): void;
}
