// Loads what judging a change takes: the actor as they are at this instant, the tree, the offers. Never writes.
import { sql } from 'kysely';
import type { Change } from '../../platform/change.ts';
import type { AdministrationKind, Reader, Writer } from '../../platform/db/types.ts';
import type { Ceiling } from './administration.ceiling.ts';
import {
  ceilingKey,
  type Allowance,
  type Conferred,
  type ConferredAdministration,
} from './administration.conferral.ts';
import type { Actor } from './administration.model.ts';
import { loadActor } from './administration.queries.ts';

/**
 * The actor of a command, loaded inside its transaction. Holds their administrations until the end of it; one that is
 * being taken away at this moment is waited for, and what then counts is the instant after the waiting. Without it a
 * grant begun a moment before the end was still given after it.
 */
export async function loadActingActor(change: Change, personId: string): Promise<Actor> {
  await sql`select id from administration
    where person_id = ${personId}::uuid and valid_at @> ${change.at}::timestamptz order by id for share`.execute(
    change.trx,
  );
  const present = change.now();
  return loadActor(change.trx, personId, present > change.at ? present : change.at);
}

export interface AllowanceQuestion {
  readonly actor: Actor | null;
  readonly conferred: readonly Conferred[];
  readonly at: Date;
  readonly zone: string;
}

/** What the actor may confer of all this: two statements, however much is conferred. */
export async function loadAllowance(
  reader: Reader | Writer,
  question: AllowanceQuestion,
): Promise<Allowance> {
  const organisationIds = [...new Set(question.conferred.flatMap((item) => item.organisationId ?? []))];
  const pairs = new Map<string, readonly [rightId: string, organisationId: string]>();
  for (const item of question.conferred) {
    if (item.what === 'assignment')
      pairs.set(ceilingKey(item.rightId, item.organisationId), [item.rightId, item.organisationId]);
  }
  return {
    actor: question.actor,
    at: question.at,
    zone: question.zone,
    ancestors: await loadAncestors(reader, organisationIds),
    ceilings: await loadCeilings(reader, [...pairs.values()]),
  };
}

async function loadAncestors(
  reader: Reader | Writer,
  ids: readonly string[],
): Promise<Map<string, Map<string, number>>> {
  const ancestors = new Map<string, Map<string, number>>();
  if (ids.length === 0) return ancestors;
  const { rows } = await sql<{ organisation_id: string; ancestor_id: string; depth: number }>`
    select organisation_id, ancestor_id, depth from organisation_tree where organisation_id = any(${ids}::uuid[])`.execute(
    reader as Writer,
  );
  for (const row of rows) {
    const above = ancestors.get(row.organisation_id) ?? new Map<string, number>();
    ancestors.set(row.organisation_id, above.set(row.ancestor_id, row.depth));
  }
  return ancestors;
}

interface CeilingRow {
  right_id: string;
  organisation_id: string;
  offer_id: string;
  max_period_days: number | null;
  max_until: Date | null;
  runs_from: Date;
  runs_until: Date | null;
}

/** The offers of rights to organisations, each narrowed to while right and application run too. */
export async function loadCeilings(
  reader: Reader | Writer,
  pairs: readonly (readonly [rightId: string, organisationId: string])[],
): Promise<Map<string, Ceiling[]>> {
  const ceilings = new Map<string, Ceiling[]>();
  if (pairs.length === 0) return ceilings;
  const { rows } = await sql<CeilingRow>`
    select r.id as right_id, o.id as organisation_id, q.id as offer_id, q.max_period_days, q.max_until,
      greatest(q.valid_from, r.valid_from, x.valid_from) as runs_from,
      least(q.valid_until, r.valid_until, x.valid_until) as runs_until
    from unnest(${pairs.map(([rightId]) => rightId)}::uuid[], ${pairs.map(([, id]) => id)}::uuid[]) asked (right_id, organisation_id)
    join organisation o on o.id = asked.organisation_id
    join application_right r on r.id = asked.right_id
    join application x on x.id = r.application_id
    join offer q on q.right_id = r.id and q.cancelled_at is null
      and (q.organisation_id = o.id or q.target_group_id = o.target_group_id)
    where not isempty(q.valid_at * r.valid_at * x.valid_at)`.execute(reader as Writer);
  for (const row of rows) {
    const key = ceilingKey(row.right_id, row.organisation_id);
    const ceiling: Ceiling = {
      offerId: row.offer_id,
      period: { from: row.runs_from, until: row.runs_until },
      maxPeriodDays: row.max_period_days,
      maxUntil: row.max_until,
    };
    ceilings.set(key, [...(ceilings.get(key) ?? []), ceiling]);
  }
  return ceilings;
}

/**
 * What hanging `organisationId` under `newParentId` confers: each administration that reaches the new parent with its
 * subtree and did not reach the organisation before. Judge it with `requireConferrable`.
 */
export async function loadConferredByMove(
  reader: Reader | Writer,
  organisationId: string,
  newParentId: string,
  at: Date,
): Promise<ConferredAdministration[]> {
  const { rows } = await sql<{
    person_id: string;
    kind: AdministrationKind;
    valid_from: Date;
    valid_until: Date | null;
  }>`
    select d.person_id, d.kind, greatest(d.valid_from, ${at}::timestamptz) as valid_from, d.valid_until
    from administration d
    join organisation_tree above on above.ancestor_id = d.organisation_id and above.organisation_id = ${newParentId}::uuid
    where d.includes_subtree and d.cancelled_at is null and (d.valid_until is null or d.valid_until > ${at}::timestamptz)
      and not exists (select 1 from organisation_tree old
        where old.organisation_id = ${organisationId}::uuid and old.ancestor_id = d.organisation_id)`.execute(
    reader as Writer,
  );
  return rows.map((row) => ({
    what: 'administration',
    personId: row.person_id,
    kind: row.kind,
    organisationId,
    includesSubtree: true,
    applicationId: null,
    period: { from: row.valid_from, until: row.valid_until },
  }));
}
