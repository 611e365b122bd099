// Reads, inside the transaction, what commands about people must know of them.
import { sql } from 'kysely';
import type { Change } from '../../platform/change.ts';
import type { Reader, Writer } from '../../platform/db/types.ts';
import { AppError, isAppError, notFound } from '../../platform/errors.ts';
import {
  hasPowerSomewhere,
  organisationInScope,
  requireReach,
  type Actor,
  type Power,
} from '../administration/index.ts';
import type { PersonFacts } from './people.policy.ts';

/**
 * The person, held, when one of their affiliations lies where the actor has this power.
 * @throws person_not_found when the actor sees none of them; not_allowed when they may only look
 */
export async function lockPersonUnder(change: Change, actor: Actor, personId: string, power: Power) {
  const affiliatedUnder = (asked: Power) => sql<boolean>`exists (select 1 from affiliation f
    where f.person_id = person.id and ${organisationInScope(actor, asked, sql.ref('f.organisation_id'))})`;
  const found = await change.trx
    .selectFrom('person')
    .selectAll()
    .select(affiliatedUnder(power).as('allowed'))
    .where('id', '=', personId)
    .where(affiliatedUnder('person.view'))
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!found) throw notFound('person');
  if (!found.allowed) throw new AppError('forbidden', 'not_allowed');
  return found;
}

/** Also for pages, which ask beforehand whether there is a point in showing a form. */
export async function loadPersonFacts(
  { trx, at }: { readonly trx: Reader | Writer; readonly at: Date },
  actor: Actor,
  personId: string,
): Promise<PersonFacts> {
  const inScope = organisationInScope(actor, 'person.change', sql.ref('f.organisation_id'));
  const { rows } = await sql<{ inside: number; outside: number; has_password: boolean }>`
    with work as (select ${inScope} as in_scope from affiliation f
      where f.person_id = ${personId}::uuid and f.cancelled_at is null
        and (f.valid_until is null or f.valid_until > ${at}::timestamptz))
    select
      (select count(*)::int from work where in_scope) as inside,
      (select count(*)::int from work where not in_scope) as outside,
      exists (select 1 from password_credential c where c.person_id = ${personId}::uuid) as has_password`.execute(
    trx as Writer,
  );
  const held = await trx
    .selectFrom('administration')
    .select(['kind', 'organisation_id'])
    .where('person_id', '=', personId)
    .where('cancelled_at', 'is', null)
    .where((eb) => eb.or([eb('valid_until', 'is', null), eb('valid_until', '>', at)]))
    .execute();
  let beyond = 0;
  for (const administration of held) {
    if (!(await reaches(trx, actor, administration))) beyond++;
  }
  const row = rows[0];
  return {
    personId,
    worksInScope: (row?.inside ?? 0) > 0 || hasPowerSomewhere(actor, 'site.operate'),
    whollyInScope: (row?.outside ?? 1) + beyond === 0,
    hasPassword: row?.has_password ?? false,
  };
}

async function reaches(
  trx: Reader | Writer,
  actor: Actor,
  target: Parameters<typeof requireReach>[2],
): Promise<boolean> {
  try {
    await requireReach(trx, actor, target);
    return true;
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}
