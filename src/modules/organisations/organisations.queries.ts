// Reads one organisation and what hangs on it, and target groups; never more than the actor's scope. Never writes.
import { sql } from 'kysely';
import type { AffiliationRules, Names, Reader } from '../../platform/db/types.ts';
import { invalidFields, notFound } from '../../platform/errors.ts';
import type { PageRequest } from '../../platform/keyset.ts';
import { organisationInScope, type Actor, type Power } from '../administration/index.ts';
import { listIdentifiers } from './organisations.identifiers.ts';
import { foldText, type Identifier } from './organisations.model.ts';

export type { PageRequest, Position } from '../../platform/keyset.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
}

/** Words to look for: each must occur. Backslash, percent and underscore are taken as they are. */
export function searchPatterns(q: string | undefined): string[] {
  const words = foldText(q ?? '').split(' ');
  return words.filter((word) => word !== '').map((word) => `%${word.replace(/[%_\\]/g, '\\$&')}%`);
}

/** Cuts one row too many off, and puts a page that was read backwards in order. */
export function toPage<Item>(rows: Item[], page: PageRequest): Page<Item> {
  const more = rows.length > page.size;
  const items = rows.slice(0, page.size);
  if (page.before) return { items: items.reverse(), hasPrevious: more, hasNext: true };
  return { items, hasPrevious: page.after !== undefined, hasNext: more };
}

export interface OrganisationDetails {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly names: Names;
  readonly contactMail: string | null;
  readonly parentId: string | null;
  readonly parentName: string | null;
  readonly parentNames: Names | null;
  readonly parentCode: string | null;
  readonly targetGroupId: string;
  readonly targetGroupNames: Names;
  readonly identifierScheme: string;
  readonly affiliationRules: AffiliationRules;
  readonly identifiers: readonly Identifier[];
  readonly from: Date;
  readonly until: Date | null;
  readonly version: number;
  /** Organisations directly below it that the actor sees. */
  readonly children: number;
}

/** @throws organisation_not_found also when it lies outside the actor's scope */
export async function getOrganisation(
  reader: Reader,
  actor: Actor,
  organisationId: string,
  power: Power = 'organisation.view',
): Promise<OrganisationDetails> {
  const row = await reader
    .selectFrom('organisation as o')
    .innerJoin('target_group as g', 'g.id', 'o.target_group_id')
    .leftJoin('organisation as parent', 'parent.id', 'o.parent_id')
    .select(['o.id', 'o.code', 'o.name', 'o.names', 'o.contact_mail as contactMail', 'o.version'])
    .select([
      'o.parent_id as parentId',
      'parent.name as parentName',
      'parent.names as parentNames',
      'parent.code as parentCode',
      'o.target_group_id as targetGroupId',
    ])
    .select(['g.names as targetGroupNames', 'g.affiliation_rules as affiliationRules'])
    .select('g.identifier_scheme as identifierScheme')
    .select(['o.valid_from as from', 'o.valid_until as until'])
    .select(
      sql<number>`(select count(*)::int from organisation child where child.parent_id = o.id
        and ${organisationInScope(actor, power, sql.ref('child.id'))})`.as('children'),
    )
    .where('o.id', '=', organisationId)
    .where(organisationInScope(actor, power, sql.ref('o.id')))
    .executeTakeFirst();
  if (!row) throw notFound('organisation');
  return { ...row, identifiers: await listIdentifiers(reader, organisationId) };
}

export interface TargetGroupItem {
  readonly id: string;
  readonly code: string;
  readonly names: Names;
  readonly identifierScheme: string;
  readonly affiliationRules: AffiliationRules;
  readonly version: number;
  readonly organisations: number;
}

/** All kinds of organisations; not narrowed, since a kind is nobody's. */
export function listTargetGroups(reader: Reader): Promise<TargetGroupItem[]> {
  return reader
    .selectFrom('target_group as g')
    .select(['g.id', 'g.code', 'g.names', 'g.identifier_scheme as identifierScheme', 'g.version'])
    .select('g.affiliation_rules as affiliationRules')
    .select(
      sql<number>`(select count(*)::int from organisation o where o.target_group_id = g.id)`.as(
        'organisations',
      ),
    )
    .orderBy('g.code')
    .execute();
}

/** @throws invalid_fields `parent` when there is none with this code, or none that the actor sees */
export async function findOrganisationByCode(reader: Reader, actor: Actor, code: string): Promise<string> {
  const row = await reader
    .selectFrom('organisation as o')
    .select('o.id')
    .where('o.code', '=', code)
    .where(organisationInScope(actor, 'organisation.view', sql.ref('o.id')))
    .executeTakeFirst();
  if (!row) throw invalidFields({ parent: 'organisation_unknown' });
  return row.id;
}

export interface EndConsequences {
  /** People who work there now. */
  readonly people: number;
  /** Rights that count there now. */
  readonly assignments: number;
  /** Administrations of it, and of others by people who work here. */
  readonly administrations: number;
  readonly heads: number;
  /** Running organisations directly below: it cannot end before they do. */
  readonly children: number;
}

/** What hangs on an organisation, for the page that asks before it ends. The caller has checked the scope. */
export async function loadEndConsequences(
  reader: Reader,
  organisationId: string,
  at: Date,
): Promise<EndConsequences> {
  const now = sql`${at}::timestamptz`;
  const { rows } = await sql<EndConsequences>`
    select
      (select count(distinct person_id)::int from affiliation
        where organisation_id = ${organisationId}::uuid and valid_at @> ${now}) as people,
      (select count(*)::int from assignment
        where organisation_id = ${organisationId}::uuid and valid_at @> ${now}) as assignments,
      (select count(*)::int from administration where valid_at @> ${now}
        and (organisation_id = ${organisationId}::uuid or affiliation_organisation_id = ${organisationId}::uuid)) as administrations,
      (select count(*)::int from effective_administration(${now}, array(
        select id from administration where kind = 'head' and valid_at @> ${now}
          and (organisation_id = ${organisationId}::uuid or affiliation_organisation_id = ${organisationId}::uuid)))) as heads,
      (select count(*)::int from organisation
        where parent_id = ${organisationId}::uuid and (valid_until is null or valid_until > ${now})) as children`.execute(
    reader as never,
  );
  return rows[0]!;
}
