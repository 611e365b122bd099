// What ends soon: affiliations and assignments, the first to end first, within the actor's scope. Never writes.
import { sql } from 'kysely';
import type { AffiliationType, Names, Reader, Writer } from '../../platform/db/types.ts';
import type { Actor } from '../administration/index.ts';
import { resolveReach } from '../organisations/index.ts';
import { expiringDays } from './people.list.ts';

interface Ending {
  readonly personId: string;
  readonly personName: string;
  readonly organisationId: string;
  readonly organisationName: string;
  readonly from: Date;
  readonly until: Date;
}
export type EndingSoon = Ending &
  (
    | { readonly what: 'affiliation'; readonly type: AffiliationType }
    | { readonly what: 'assignment'; readonly rightNames: Names; readonly applicationNames: Names }
  );

/** Undefined for actors with so many organisations that a list of all would help nobody. */
export async function listEndingSoon(
  reader: Reader | Writer,
  actor: Actor,
  at: Date,
  size: number,
): Promise<EndingSoon[] | undefined> {
  const reach = await resolveReach(reader, actor, 'person.view');
  if (reach.ids === undefined) return undefined;
  const soon = new Date(at.getTime() + expiringDays * 86_400_000);
  // An assignment that ends because its affiliation does is told once, by the affiliation.
  const { rows } = await sql<EndingSoon>`
    with ending as (
      (select 'affiliation' as what, f.id, f.person_id, f.organisation_id, f.valid_from, f.valid_until,
        f.type, null::uuid as right_id
      from affiliation f
      where f.organisation_id = any(${reach.ids}::uuid[]) and f.cancelled_at is null
        and f.valid_from <= ${at}::timestamptz and f.valid_until > ${at}::timestamptz and f.valid_until <= ${soon}::timestamptz
      order by f.valid_until, f.id limit ${size})
      union all
      (select 'assignment', a.id, a.person_id, a.organisation_id, a.valid_from, a.valid_until, null, a.right_id
      from assignment a join affiliation f on f.id = a.affiliation_id and (f.valid_until is null or f.valid_until > a.valid_until)
      where a.organisation_id = any(${reach.ids}::uuid[]) and a.cancelled_at is null
        and a.valid_from <= ${at}::timestamptz and a.valid_until > ${at}::timestamptz and a.valid_until <= ${soon}::timestamptz
      order by a.valid_until, a.id limit ${size})
    )
    select e.what, e.type, e.person_id as "personId", p.given_name || ' ' || p.family_name as "personName",
      e.organisation_id as "organisationId", o.name as "organisationName", e.valid_from as "from", e.valid_until as "until",
      r.names as "rightNames", x.names as "applicationNames"
    from ending e
    join person p on p.id = e.person_id
    join organisation o on o.id = e.organisation_id
    left join application_right r on r.id = e.right_id
    left join application x on x.id = r.application_id
    order by e.valid_until, e.id limit ${size}`.execute(reader as Writer);
  return rows;
}
