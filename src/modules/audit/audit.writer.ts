// Appends audit rows to a lane inside the transaction of the change they tell of.
import { randomInt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import type { ActorRef, AuditFact, AuditOutcome, Origin } from '../../platform/change.ts';
import type { Database } from '../../platform/db/open.ts';
import type { Writer } from '../../platform/db/types.ts';
import { newId } from '../../platform/ids.ts';
import { hashRow, type AuditRow } from './audit.chain.ts';

/** How many lanes the migrations made: as many changes can be committed side by side without waiting. */
export const laneCount = 32;
const rowsPerStatement = 500;

interface Lane {
  lane: number;
  seq: number;
  hash: Uint8Array;
}

const maxLooks = 50;
const betweenLooksMs = 10;

/**
 * Takes a lane nobody else holds and keeps it until the end of the transaction. When all are held it looks again,
 * since most are held for milliseconds; only then does it wait for one, which may be that of a slow transaction.
 */
async function takeLane(trx: Writer): Promise<Lane> {
  const free = trx.selectFrom('audit_lane').select(['lane', 'seq', 'hash']);
  for (let look = 0; look < maxLooks; look++) {
    const lane = await free.orderBy('lane').limit(1).forUpdate().skipLocked().executeTakeFirst();
    if (lane) return lane;
    await setTimeout(betweenLooksMs);
  }
  return free.where('lane', '=', randomInt(laneCount)).forUpdate().executeTakeFirstOrThrow();
}

function actorColumns(
  actor: ActorRef,
): Pick<AuditRow, 'actor_kind' | 'actor_person_id' | 'on_behalf_of_organisation_id'> {
  return {
    actor_kind: actor.kind,
    actor_person_id: actor.kind === 'person' ? actor.personId : null,
    on_behalf_of_organisation_id: actor.kind === 'person' ? (actor.onBehalfOfOrganisationId ?? null) : null,
  };
}

/** PostgreSQL stores neither NUL nor half a surrogate pair; a change must not fail because somebody typed one. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '');

/** What JSON keeps of a value, so that the hash is over what comes back from the database. */
function asStored(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null;
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(asStored);
  if (typeof value !== 'object' || value === null) return null;
  if ('toJSON' in value && typeof value.toJSON === 'function') return asStored(value.toJSON());
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, asStored(member)]));
}

interface Entry {
  readonly at: Date;
  readonly origin: Origin;
  readonly outcome: AuditOutcome;
  readonly fact: AuditFact;
}

function toRow(lane: number, seq: number, { at, origin, outcome, fact }: Entry): AuditRow {
  return {
    lane,
    seq,
    id: newId(),
    at: at.getTime(),
    action: fact.action,
    outcome,
    ...actorColumns(origin.actor),
    organisation_id: fact.organisationId ?? null,
    person_id: fact.personId ?? null,
    application_id: fact.applicationId ?? null,
    subject_type: fact.subjectType,
    subject_id: fact.subjectId === undefined ? null : storable(fact.subjectId),
    reason: fact.reason === undefined ? null : storable(fact.reason),
    request_id: origin.requestId === undefined ? null : storable(origin.requestId),
    before: asStored(fact.before),
    after: asStored(fact.after),
  };
}

/** Rows that follow the head of a lane, as the statements here take them, and the head they make. */
function follow(head: Lane, entries: readonly Entry[]): { rows: object[]; head: Lane } {
  let { seq, hash } = head;
  const rows = entries.map((entry) => {
    const row = toRow(head.lane, ++seq, entry);
    hash = hashRow(hash, row);
    return { ...row, at: entry.at.toISOString(), hash: `\\x${Buffer.from(hash).toString('hex')}` };
  });
  return { rows, head: { lane: head.lane, seq, hash } };
}

/**
 * Writes the facts at the end of one lane.
 * The caller's transaction holds the lane until it commits, so the chain has neither gaps nor forks.
 */
export async function writeAudit(
  trx: Writer,
  at: Date,
  origin: Origin,
  outcome: AuditOutcome,
  facts: readonly AuditFact[],
): Promise<void> {
  if (facts.length === 0) return;
  let head = await takeLane(trx);
  for (let start = 0; start < facts.length; start += rowsPerStatement) {
    const entries = facts
      .slice(start, start + rowsPerStatement)
      .map((fact) => ({ at, origin, outcome, fact }));
    const { rows, head: next } = follow(head, entries);
    await sql`insert into audit_event select * from jsonb_populate_recordset(null::audit_event, ${JSON.stringify(rows)}::jsonb)`.execute(
      trx,
    );
    head = next;
  }
  const { lane, seq, hash } = head;
  await trx.updateTable('audit_lane').set({ seq, hash }).where('lane', '=', lane).execute();
}

// One row that belongs to no other change needs no transaction around it: the head of a lane is remembered, and one
// statement moves it and adds the row, or does neither when somebody else was there meanwhile.

/** Transactions take the lowest free lane, so that the upper ones mostly stand where they were left. */
const firstRememberedLane = laneCount / 4;
const maxTries = 3;

const headOf = 'select lane, seq, hash from audit_lane where lane = $1';
const append = `with free as (
    select lane from audit_lane where lane = $1 and seq = $2 and hash = $3 for update skip locked
  ), moved as (
    update audit_lane set seq = $4, hash = $5 from free where audit_lane.lane = free.lane returning audit_lane.lane
  ) insert into audit_event select r.* from moved, jsonb_populate_recordset(null::audit_event, $6::jsonb) r returning 1`;

interface RememberedLanes {
  /** The one used last comes first. Each is used by one statement at a time. */
  readonly free: Lane[];
  readonly inUse: Set<number>;
}

const remembered = new WeakMap<Database, RememberedLanes>();

function lanesOf(db: Database): RememberedLanes {
  const known = remembered.get(db) ?? { free: [], inUse: new Set<number>() };
  remembered.set(db, known);
  return known;
}

/** Adds the entry behind a remembered head. @returns false when none could be had. */
async function appendAtHead(db: Database, entry: Entry): Promise<boolean> {
  const { free, inUse } = lanesOf(db);
  const known = free.pop();
  const lane = known?.lane ?? randomInt(firstRememberedLane, laneCount);
  if (inUse.has(lane)) return false;
  inUse.add(lane);
  try {
    const head = known ?? (await db.query<Lane>(headOf, [lane]))[0];
    if (!head) return false;
    const { rows, head: next } = follow(head, [entry]);
    const values = [lane, head.seq, head.hash, next.seq, next.hash, JSON.stringify(rows)];
    if ((await db.query(append, values)).length === 0) return false;
    free.push(next);
    return true;
  } finally {
    // After an error nobody knows whether the row stands: the head is then read again.
    inUse.delete(lane);
  }
}

/**
 * Writes one fact that no other change depends on, at once and for good, in one statement instead of a transaction.
 * Never inside a transaction: there {@link writeAudit} is what keeps change and record together.
 */
export async function writeAuditAlone(
  db: Database,
  at: Date,
  origin: Origin,
  outcome: AuditOutcome,
  fact: AuditFact,
): Promise<void> {
  for (let attempt = 0; attempt < maxTries; attempt++) {
    if (await appendAtHead(db, { at, origin, outcome, fact })) return;
  }
  await db.handle
    .transaction()
    .execute((trx) => db.guardTransaction(() => writeAudit(trx, at, origin, outcome, [fact])));
}
