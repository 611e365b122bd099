// Lists administrators: of an organisation (with those above it), of an application, of the site; and of a person.
import { sql } from 'kysely';
import type { AdministrationKind, Names, Reader } from '../../platform/db/types.ts';
import type { Period } from '../../platform/period.ts';
import { areSearchable, containsWords, searchWords } from '../../platform/search-words.ts';

/** What is administered. */
export type Seat =
  | { readonly kind: 'organisation'; readonly id: string }
  | { readonly kind: 'application'; readonly id: string }
  | { readonly kind: 'site' };

export interface ListedAdministration {
  readonly id: string;
  readonly kind: AdministrationKind;
  readonly person: {
    readonly id: string;
    readonly name: string;
    readonly sortName: string;
    readonly mail: string;
  };
  readonly organisation: { readonly id: string; readonly name: string; readonly names: Names } | null;
  readonly application: { readonly id: string; readonly code: string; readonly names: Names } | null;
  readonly includesSubtree: boolean;
  readonly givenBy: string | null;
  readonly period: Period;
  /** Holds at this instant, through everything it rests on. */
  readonly effective: boolean;
  readonly version: number;
}

interface Row {
  id: string;
  kind: AdministrationKind;
  person_id: string;
  person_name: string;
  sort_name: string;
  mail: string;
  organisation_id: string | null;
  organisation_name: string | null;
  organisation_names: Names | null;
  application_id: string | null;
  application_code: string | null;
  application_names: Names | null;
  includes_subtree: boolean;
  given_by: string | null;
  valid_from: Date;
  valid_until: Date | null;
  effective: boolean;
  version: number;
}

const toListed = (row: Row): ListedAdministration => ({
  id: row.id,
  kind: row.kind,
  person: { id: row.person_id, name: row.person_name, sortName: row.sort_name, mail: row.mail },
  organisation:
    row.organisation_id === null
      ? null
      : {
          id: row.organisation_id,
          name: row.organisation_name ?? '',
          names: row.organisation_names ?? {},
        },
  application:
    row.application_id === null
      ? null
      : { id: row.application_id, code: row.application_code ?? '', names: row.application_names ?? {} },
  includesSubtree: row.includes_subtree,
  givenBy: row.given_by,
  period: { from: row.valid_from, until: row.valid_until },
  effective: row.effective,
  version: row.version,
});

/** Running and future administrations of the seat, heads first. The caller has checked that the actor sees it. */
export async function listAdministrations(
  reader: Reader,
  seat: Seat,
  at: Date,
): Promise<ListedAdministration[]> {
  return list(reader, seatCondition(seat), at);
}

function seatCondition(seat: Seat) {
  if (seat.kind === 'application') return sql`d.application_id = ${seat.id}::uuid`;
  if (seat.kind === 'site') return sql`d.kind in ('operator', 'auditor') and d.organisation_id is null`;
  return sql`exists (select 1 from organisation_tree above
    where above.organisation_id = ${seat.id}::uuid and above.ancestor_id = d.organisation_id
      and (above.depth = 0 or d.includes_subtree))`;
}

/** Whom somebody of this organisation can ask: its head and local administrators and those above who reach it. */
export async function listAdministratorsOf(
  reader: Reader,
  organisationId: string,
  at: Date,
): Promise<ListedAdministration[]> {
  const all = await listAdministrations(reader, { kind: 'organisation', id: organisationId }, at);
  return all.filter((one) => one.effective && (one.kind === 'head' || one.kind === 'local'));
}

/** What a person administers, now or later. */
export async function listAdministrationsOf(
  reader: Reader,
  personId: string,
  at: Date,
): Promise<ListedAdministration[]> {
  return list(reader, sql`d.person_id = ${personId}::uuid`, at);
}

async function list(
  reader: Reader,
  condition: ReturnType<typeof seatCondition>,
  at: Date,
): Promise<ListedAdministration[]> {
  const { rows } = await sql<Row>`
    select d.id, d.kind, d.person_id, p.given_name || ' ' || p.family_name as person_name, p.sort_name, p.mail,
      d.organisation_id, o.name as organisation_name, o.names as organisation_names, d.application_id, x.code as application_code,
      x.names as application_names,
      d.includes_subtree, g.given_name || ' ' || g.family_name as given_by, d.valid_from, d.valid_until, d.version,
      exists (select 1 from effective_administration(${at}::timestamptz, array[d.id])) as effective
    from administration d
    join person p on p.id = d.person_id
    left join organisation o on o.id = d.organisation_id
    left join application x on x.id = d.application_id
    left join person g on g.id = d.given_by_person_id
    where ${condition} and d.cancelled_at is null and (d.valid_until is null or d.valid_until > ${at}::timestamptz)
    order by array_position(array['operator', 'application_owner', 'head', 'local', 'auditor'], d.kind),
      p.sort_name, d.valid_from, d.id`.execute(reader as never);
  return rows.map(toListed);
}

export interface Candidate {
  readonly affiliationId: string;
  readonly personId: string;
  readonly personName: string;
  readonly organisationName: string;
  readonly unitName: string | null;
  readonly functionTitle: string | null;
  readonly period: Period;
}

export const maxCandidates = 20;

/**
 * People with a running affiliation who match the words, at most {@link maxCandidates} and one more: then there are
 * too many to show.
 * @param scope which organisations the actor sees people of, on `f.organisation_id`.
 */
export async function findCandidates(
  reader: Reader,
  scope: ReturnType<typeof sql<boolean>>,
  search: {
    readonly q?: string;
    readonly affiliationId?: string;
    readonly organisationId?: string | undefined;
  },
  at: Date,
): Promise<Candidate[]> {
  const words = searchWords(search.q);
  // Without something to find, a whole site would be sorted to show its first names: then only the place itself.
  const wide = areSearchable(words) || search.affiliationId !== undefined;
  const place = wide ? sql`true` : sql`f.organisation_id = ${search.organisationId ?? null}::uuid`;
  const { rows } = await sql<{
    id: string;
    person_id: string;
    name: string;
    organisation_name: string;
    unit_name: string | null;
    function_title: string | null;
    valid_from: Date;
    valid_until: Date | null;
  }>`
    select f.id, p.id as person_id, p.given_name || ' ' || p.family_name as name, o.name as organisation_name,
      u.name as unit_name, f.function_title, f.valid_from, f.valid_until
    from affiliation f
    join person p on p.id = f.person_id and p.valid_at @> ${at}::timestamptz
    join organisation o on o.id = f.organisation_id
    left join unit u on u.id = f.unit_id
    where f.valid_at @> ${at}::timestamptz and ${scope} and ${place}
      and (${search.affiliationId ?? null}::uuid is null or f.id = ${search.affiliationId ?? null}::uuid)
      and ${containsWords(sql`p.search_text`, words)}
    order by (f.organisation_id = ${search.organisationId ?? null}::uuid) desc nulls last, p.sort_name, f.id
    limit ${maxCandidates + 1}`.execute(reader as never);
  return rows.map((row) => ({
    affiliationId: row.id,
    personId: row.person_id,
    personName: row.name,
    organisationName: row.organisation_name,
    unitName: row.unit_name,
    functionTitle: row.function_title,
    period: { from: row.valid_from, until: row.valid_until },
  }));
}
