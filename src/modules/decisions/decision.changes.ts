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
const seen = `pg_snapshot_xmin(pg_current_snapshot())::text as xmin,
    coalesce((select jsonb_agg(jsonb_build_array(c.id, c.application_id, c.kind, c.subject_type, c.subject_id))
      from decision_change c where c.xid >= $1::xid8), '[]') as changes`;
const look = `select ${seen}`;
const start = `select pg_snapshot_xmin(pg_current_snapshot())::text as xmin, '[]'::jsonb as changes`;
/** One text per statement that comes along: the database keeps it prepared by its text. */
const looksAlong = new Map<string, string>();

function lookAlongText(text: string): string {
  let whole = looksAlong.get(text);
  if (whole === undefined) {
    whole = `select ${seen}, (select coalesce(json_agg(along), '[]') from (${text}) along) as along`;
    looksAlong.set(text, whole);
  }
  return whole;
}

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

  /**
   * The same in one statement with a read of the caller's, whose rows are as of the look. Such looks run side by side.
   * @param text one of few; its parameters are numbered from $2
   */
  async catchUpAlong<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    if (!this.#isTrusted()) await this.catchUp();
    const now = performance.now();
    const asked = [this.#xmin, ...values];
    const [row] = await this.#db.query<LookRow & { along: Row[] }>(lookAlongText(text), asked);
    this.#act(row!, now);
    return row!.along;
  }

  #isTrusted(): boolean {
    return this.#xmin !== undefined && performance.now() - this.#lookedAt <= trustedMs;
  }

  async #look(): Promise<void> {
    try {
      const now = performance.now();
      const isTrusted = this.#isTrusted();
      const [row] = isTrusted
        ? await this.#db.query<LookRow>(look, [this.#xmin])
        : await this.#db.query<LookRow>(start, []);
      if (!isTrusted) this.#follower.forgetAll();
      this.#act(row!, now);
    } finally {
      this.#running = undefined;
    }
  }

  /**
   * A transaction that runs for long brings the rows after it back at every look: they are acted on once. Of looks side
   * by side the one that saw more may end first: the other must not lead back.
   */
  #act({ xmin, changes }: LookRow, now: number): void {
    const fresh = changes.filter(([id]) => !this.#known.has(id));
    if (fresh.length > 0) this.#follower.forget(fresh.map(toChange));
    if (this.#xmin !== undefined && BigInt(xmin) < BigInt(this.#xmin)) {
      for (const [id] of fresh) this.#known.add(id);
      return;
    }
    this.#xmin = xmin;
    this.#known = new Set(changes.map(([id]) => id));
    this.#lookedAt = now;
    if (now - this.#sweptAt > hourMs) this.#sweep(now);
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
