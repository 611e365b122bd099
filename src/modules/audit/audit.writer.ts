// Appends audit rows to a lane inside the transaction of the change they tell of.
import { randomInt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import type { ActorRef, AuditFact, AuditOutcome, Origin } from '../../platform/change.ts';
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
  const lane = await takeLane(trx);
  let { seq, hash } = lane;
  for (let start = 0; start < facts.length; start += rowsPerStatement) {
    const rows = facts.slice(start, start + rowsPerStatement).map((fact) => {
      const row: AuditRow = {
        lane: lane.lane,
        seq: ++seq,
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
      hash = hashRow(hash, row);
      return { ...row, at: new Date(row.at).toISOString(), hash: `\\x${Buffer.from(hash).toString('hex')}` };
    });
    await sql`insert into audit_event select * from jsonb_populate_recordset(null::audit_event, ${JSON.stringify(rows)}::jsonb)`.execute(
      trx,
    );
  }
  await trx.updateTable('audit_lane').set({ seq, hash }).where('lane', '=', lane.lane).execute();
}
