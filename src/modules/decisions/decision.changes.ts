// Finds out, with one small statement, what this process must forget before it answers. Writers leave a row per
// changed subject, model or client in their own transaction; a look asks for the rows of all transactions that the look
// before could not have seen. Source: docs/decisions/0009.
import type { Database } from '../../platform/db/open.ts';

export interface DecisionChange {
  /** Null: every application. */
  readonly applicationId: string | null;
  /** `subjects`: everybody of the application; `organisation`: everybody who works there. */
  readonly kind: 'subject' | 'organisation' | 'subjects' | 'model' | 'client';
  readonly subjectType: string | null;
  /** Of a subject, or of the organisation. */
  readonly subjectId: string | null;
}

export interface ChangeFollower {
  /** What was remembered of these is not true any more. */
  forget(changes: readonly DecisionChange[]): void;
  /** Nothing that was remembered can be trusted. */
  forgetAll(): void;
}

interface LookRow {
  xmin: string;
  changes: [
    id: number,
    applicationId: string | null,
    kind: string,
    type: string | null,
    subject: string | null,
  ][];
}

// Every transaction below xmin had ended when the statement began, so its rows were among those returned until then.
const look = `select pg_snapshot_xmin(pg_current_snapshot())::text as xmin,
    coalesce((select jsonb_agg(jsonb_build_array(c.id, c.application_id, c.kind, c.subject_type, c.subject_id))
      from decision_change c where c.xid >= $1::xid8), '[]') as changes`;
const start = `select pg_snapshot_xmin(pg_current_snapshot())::text as xmin, '[]'::jsonb as changes`;
const sweep = `delete from decision_change where at < clock_timestamp() - interval '1 day'`;

const hourMs = 3_600_000;
/** Well below the age at which rows are swept. */
const trustedMs = 12 * hourMs;

/** One per process and database. */
export class DecisionChanges {
  readonly #db: Database;
  readonly #follower: ChangeFollower;
  #xmin: string | undefined;
  #known = new Set<number>();
  #lookedAt = 0;
  #sweptAt = performance.now();
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(db: Database, follower: ChangeFollower) {
    this.#db = db;
    this.#follower = follower;
  }

  /**
   * When it resolves, everything committed before the call has been forgotten. Calls that wait share one statement: one
   * that began before the call would not do.
   */
  catchUp(): Promise<void> {
    if (!this.#running) return (this.#running = this.#look());
    return (this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return (this.#running = this.#look());
      }));
  }

  async #look(): Promise<void> {
    try {
      const now = performance.now();
      if (this.#xmin === undefined || now - this.#lookedAt > trustedMs) {
        const [row] = await this.#db.query<LookRow>(start, []);
        this.#follower.forgetAll();
        this.#remember(row!, now);
        return;
      }
      const [row] = await this.#db.query<LookRow>(look, [this.#xmin]);
      const fresh = row!.changes.filter(([id]) => !this.#known.has(id));
      if (fresh.length > 0) this.#follower.forget(fresh.map(toChange));
      this.#remember(row!, now);
      if (now - this.#sweptAt > hourMs) this.#sweep(now);
    } finally {
      this.#running = undefined;
    }
  }

  /** A transaction that runs for long brings the rows after it back at every look: they are acted on once. */
  #remember(row: LookRow, now: number): void {
    this.#xmin = row.xmin;
    this.#known = new Set(row.changes.map(([id]) => id));
    this.#lookedAt = now;
  }

  #sweep(now: number): void {
    this.#sweptAt = now;
    // Only tidiness: the next hour tries again.
    this.#db.query(sweep, []).catch(() => {});
  }
}

function toChange([
  ,
  applicationId,
  kind,
  subjectType,
  subjectId,
]: LookRow['changes'][number]): DecisionChange {
  return { applicationId, kind: kind as DecisionChange['kind'], subjectType, subjectId };
}
