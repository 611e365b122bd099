// What ends soon: affiliations and assignments, the first to end first, within the actor's scope. Never writes.
import { sql } from 'kysely';
import type { AffiliationType, Names, Reader, Writer } from '../../platform/db/types.ts';
import {
  beyondPlace,
  instantKey,
  orderBy,
  type Order,
  type PageRequest,
  type Position,
} from '../../platform/keyset.ts';
import type { Actor } from '../administration/index.ts';
import { resolveReach, toPage, type Page } from '../organisations/index.ts';
import { expiringDays } from './people.list.ts';

interface Ending {
  /** Its place in the list. */
  readonly place: Position;
  readonly personId: string;
  readonly personName: string;
  readonly mail: string;
  readonly organisationId: string;
  readonly organisationName: string;
  readonly organisationNames: Names;
  readonly from: Date;
  readonly until: Date;
}
export type EndingSoon = Ending &
  (
    | { readonly what: 'affiliation'; readonly type: AffiliationType }
    | { readonly what: 'assignment'; readonly rightNames: Names; readonly applicationNames: Names }
  );

/**
 * One page of what ends within {@link expiringDays}. An assignment that ends because its affiliation does is told once,
 * by the affiliation.
 */
export async function listEndingSoon(
  reader: Reader | Writer,
  actor: Actor,
  at: Date,
  page: PageRequest,
  dir: Order['dir'] = 'asc',
): Promise<Page<EndingSoon>> {
  const reach = await resolveReach(reader, actor, 'person.view');
  const soon = new Date(at.getTime() + expiringDays * 86_400_000);
  const endsSoon = (row: 'f' | 'a') => {
    const column = (name: string) => sql.ref(`${row}.${name}`);
    return sql`${reach.contains(column('organisation_id'))} and ${column('cancelled_at')} is null
      and ${column('valid_from')} <= ${at}::timestamptz and ${column('valid_until')} > ${at}::timestamptz
      and ${column('valid_until')} <= ${soon}::timestamptz and ${beyondPlace(orderOf(row, dir), page)}
      ${orderBy(orderOf(row, dir), page)} limit ${page.size + 1}`;
  };
  const { rows } = await sql<EndingSoon>`
    with ending as (
      (select 'affiliation' as what, f.id, f.person_id, f.organisation_id, f.valid_from, f.valid_until,
        f.type, null::uuid as right_id
      from affiliation f where ${endsSoon('f')})
      union all
      (select 'assignment', a.id, a.person_id, a.organisation_id, a.valid_from, a.valid_until, null, a.right_id
      from assignment a
      join affiliation w on w.id = a.affiliation_id and (w.valid_until is null or w.valid_until > a.valid_until)
      where ${endsSoon('a')})
    )
    select e.what, e.type, e.person_id as "personId", p.given_name || ' ' || p.family_name as "personName",
      p.mail, e.organisation_id as "organisationId", o.name as "organisationName",
      o.names as "organisationNames", e.valid_from as "from",
      e.valid_until as "until", r.names as "rightNames", x.names as "applicationNames",
      jsonb_build_object('key', ${instantKey(sql.ref('e.valid_until'))}, 'id', e.id) as place
    from ending e
    join person p on p.id = e.person_id
    join organisation o on o.id = e.organisation_id
    left join application_right r on r.id = e.right_id
    left join application x on x.id = r.application_id
    ${orderBy(orderOf('e', dir), page)} limit ${page.size + 1}`.execute(reader as Writer);
  return toPage(rows, page);
}

const orderOf = (row: string, dir: Order['dir']): Order => ({
  key: sql`${sql.ref(`${row}.valid_until`)}`,
  id: sql`${sql.ref(`${row}.id`)}`,
  dir,
  type: 'timestamptz',
});

/** All of it, page after page, for an export. */
export async function* exportEndingSoon(
  reader: Reader | Writer,
  actor: Actor,
  at: Date,
  dir: Order['dir'],
  size = 500,
): AsyncGenerator<EndingSoon> {
  let after: Position | undefined;
  for (;;) {
    const page = await listEndingSoon(reader, actor, at, { size, after }, dir);
    yield* page.items;
    after = page.items.at(-1)?.place;
    if (!page.hasNext) return;
  }
}
