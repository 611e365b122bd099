// Reads rights with their contexts, and offers. Never writes; the caller has checked or passes the scope.
import { sql } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import type { Reader, Writer } from '../../platform/db/types.ts';
import { contains } from '../../platform/period.ts';
import { ceilingKey, loadCeilings } from '../administration/index.ts';
import type { ContextDefinition } from './rights.context.ts';
import type { Offer, OfferedRight, Right } from './rights.model.ts';

const asWriter = (reader: Reader | Writer) => reader as Writer;

function selectRights(reader: Reader | Writer) {
  return asWriter(reader)
    .selectFrom('application_right as r')
    .innerJoin('application as x', 'x.id', 'r.application_id')
    .select(['r.id', 'r.application_id', 'r.code', 'r.names', 'r.descriptions', 'r.position', 'r.version'])
    .select(['r.valid_from', 'r.valid_until', 'x.code as application_code', 'x.names as application_names'])
    .select((eb) =>
      jsonArrayFrom(
        eb
          .selectFrom('context_definition as d')
          .select(['d.id', 'd.code', 'd.names', 'd.kind', 'd.required', 'd.many', 'd.pattern'])
          .select((inner) =>
            jsonArrayFrom(
              inner
                .selectFrom('context_option as c')
                .select(['c.code', 'c.names', 'c.withdrawn_at'])
                .whereRef('c.definition_id', '=', 'd.id')
                .orderBy('c.position')
                .orderBy('c.code'),
            ).as('options'),
          )
          .whereRef('d.right_id', '=', 'r.id')
          .orderBy('d.position')
          .orderBy('d.code'),
      ).as('contexts'),
    );
}

type RightRow = Awaited<ReturnType<ReturnType<typeof selectRights>['executeTakeFirstOrThrow']>>;

function toRight(row: RightRow): Right {
  return {
    id: row.id,
    applicationId: row.application_id,
    applicationCode: row.application_code,
    applicationNames: row.application_names,
    code: row.code,
    names: row.names,
    descriptions: row.descriptions,
    position: row.position,
    period: { from: row.valid_from, until: row.valid_until },
    version: row.version,
    contexts: row.contexts.map(toDefinition),
  };
}

function toDefinition(row: RightRow['contexts'][number]): ContextDefinition {
  const options = row.options.map((option) => ({
    code: option.code,
    names: option.names,
    // Inside JSON an instant is text.
    withdrawnAt: option.withdrawn_at === null ? null : new Date(option.withdrawn_at),
  }));
  return { ...row, options };
}

export async function findRight(reader: Reader | Writer, rightId: string): Promise<Right | undefined> {
  const row = await selectRights(reader).where('r.id', '=', rightId).executeTakeFirst();
  return row && toRight(row);
}

export async function findRights(reader: Reader | Writer, rightIds: readonly string[]): Promise<Right[]> {
  if (rightIds.length === 0) return [];
  return (
    await selectRights(reader)
      .where('r.id', 'in', [...rightIds])
      .execute()
  ).map(toRight);
}

/** All rights of an application, ended ones included, in the order the owner gave them. */
export async function listRightsOf(reader: Reader | Writer, applicationId: string): Promise<Right[]> {
  const rows = await selectRights(reader)
    .where('r.application_id', '=', applicationId)
    .orderBy('r.position')
    .orderBy('r.code')
    .execute();
  return rows.map(toRight);
}

/** The rights this organisation may hand out at that instant, by application and the owner's order, with their ceilings. */
export async function listOffersFor(
  reader: Reader | Writer,
  organisationId: string,
  at: Date,
): Promise<OfferedRight[]> {
  const { rows } = await sql<{ right_id: string }>`
    select distinct q.right_id from offer q join organisation o on o.id = ${organisationId}::uuid
    where q.valid_at @> ${at}::timestamptz and (q.organisation_id = o.id or q.target_group_id = o.target_group_id)`.execute(
    asWriter(reader),
  );
  const ids = rows.map((row) => row.right_id);
  const rights = await findRights(reader, ids);
  const ceilings = await loadCeilings(
    reader,
    ids.map((id) => [id, organisationId] as const),
  );
  return rights
    .map((right) => ({
      ...right,
      ceilings: (ceilings.get(ceilingKey(right.id, organisationId)) ?? []).filter((one) =>
        contains(one.period, at),
      ),
    }))
    .filter((right) => right.ceilings.length > 0)
    .sort(
      (a, b) =>
        a.applicationCode.localeCompare(b.applicationCode) ||
        a.position - b.position ||
        a.code.localeCompare(b.code),
    );
}

function selectOffers(reader: Reader | Writer) {
  return asWriter(reader)
    .selectFrom('offer as q')
    .innerJoin('application_right as r', 'r.id', 'q.right_id')
    .leftJoin('organisation as o', 'o.id', 'q.organisation_id')
    .leftJoin('target_group as g', 'g.id', 'q.target_group_id')
    .select([
      'q.id',
      'q.right_id',
      'q.max_period_days',
      'q.max_until',
      'q.valid_from',
      'q.valid_until',
      'q.cancelled_at',
      'q.version',
    ])
    .select([
      'r.code as right_code',
      'r.names as right_names',
      'o.id as organisation_id',
      'o.code as organisation_code',
    ])
    .select([
      'o.name as organisation_name',
      'o.names as organisation_names',
      'g.id as group_id',
      'g.code as group_code',
      'g.names as group_names',
    ]);
}

type OfferRow = Awaited<ReturnType<ReturnType<typeof selectOffers>['executeTakeFirstOrThrow']>>;

const toOffer = (row: OfferRow): Offer => ({
  id: row.id,
  rightId: row.right_id,
  rightCode: row.right_code,
  rightNames: row.right_names,
  organisation:
    row.organisation_id === null
      ? null
      : {
          id: row.organisation_id,
          code: row.organisation_code!,
          name: row.organisation_name!,
          names: row.organisation_names ?? {},
        },
  targetGroup:
    row.group_id === null ? null : { id: row.group_id, code: row.group_code!, names: row.group_names! },
  maxPeriodDays: row.max_period_days,
  maxUntil: row.max_until,
  period: { from: row.valid_from, until: row.valid_until },
  cancelledAt: row.cancelled_at,
  version: row.version,
});

export async function findOffer(reader: Reader | Writer, offerId: string): Promise<Offer | undefined> {
  const row = await selectOffers(reader).where('q.id', '=', offerId).executeTakeFirst();
  return row && toOffer(row);
}

/** Every offer of an application's rights, running and future before past. */
export async function listOffersOf(reader: Reader | Writer, applicationId: string): Promise<Offer[]> {
  const rows = await selectOffers(reader)
    .where('r.application_id', '=', applicationId)
    .where('q.cancelled_at', 'is', null)
    .orderBy('r.position')
    .orderBy('r.code')
    .orderBy('q.valid_from', 'desc')
    .execute();
  return rows.map(toOffer);
}

/** Codes of the units of an organisation that run at that instant. */
export async function listUnitCodes(
  reader: Reader | Writer,
  organisationId: string,
  at: Date,
): Promise<Set<string>> {
  const rows = await asWriter(reader)
    .selectFrom('unit')
    .select('code')
    .where('organisation_id', '=', organisationId)
    .where(sql<boolean>`valid_at @> ${at}::timestamptz`)
    .execute();
  return new Set(rows.map((row) => row.code));
}

/** How many people hold the right now, everywhere or at those who receive an offer. */
export async function countHolders(
  reader: Reader,
  of: { rightId: string; organisationId?: string | undefined; targetGroupId?: string | undefined },
  at: Date,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(distinct e.person_id)::int as count
    from effective_assignment(${at}::timestamptz) e join organisation o on o.id = e.organisation_id
    where e.right_id = ${of.rightId}::uuid
      and (${of.organisationId ?? null}::uuid is null or o.id = ${of.organisationId ?? null}::uuid)
      and (${of.targetGroupId ?? null}::uuid is null or o.target_group_id = ${of.targetGroupId ?? null}::uuid)`.execute(
    reader as never,
  );
  return rows[0]?.count ?? 0;
}

/** All target groups by code: a site has a handful. */
export function listTargetGroups(
  reader: Reader,
): Promise<{ id: string; code: string; names: Offer['rightNames'] }[]> {
  return reader.selectFrom('target_group').select(['id', 'code', 'names']).orderBy('code').execute();
}

/** The organisation that rights are offered to. Its scope was checked before. */
export function getReceiver(reader: Reader, organisationId: string): Promise<{ id: string; name: string }> {
  return asWriter(reader)
    .selectFrom('organisation')
    .select(['id', 'name'])
    .where('id', '=', organisationId)
    .executeTakeFirstOrThrow();
}

/**
 * The organisation that somebody named, by its code or by its name in full, in any case of letters. The code wins.
 * @returns its id, or why it cannot be told: nobody is called so, or more than one.
 */
export async function findNamedOrganisation(
  reader: Reader,
  named: string,
): Promise<{ id: string } | { refused: 'receiver_unknown' | 'receiver_ambiguous' }> {
  const rows = await reader
    .selectFrom('organisation')
    .select(['id', 'code'])
    .where((eb) =>
      eb.or([
        eb('code', 'in', [named, named.toUpperCase()]),
        eb(eb.fn<string>('lower', ['name']), '=', named.toLowerCase()),
      ]),
    )
    .limit(3)
    .execute();
  const found = rows.find(({ code }) => code === named || code === named.toUpperCase()) ?? rows[0];
  if (!found) return { refused: 'receiver_unknown' };
  const byCode = found.code.toUpperCase() === named.toUpperCase();
  return rows.length > 1 && !byCode ? { refused: 'receiver_ambiguous' } : { id: found.id };
}
