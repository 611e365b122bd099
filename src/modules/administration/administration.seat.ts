// What is administered on a page: an organisation, an application or the site, and what the actor may do there.
import { sql } from 'kysely';
import type { AdministrationKind, Names, Reader } from '../../platform/db/types.ts';
import { notFound } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import { paths } from '../../web/paths.ts';
import { hasPowerSomewhere, type Actor } from './administration.model.ts';
import { applicationInScope, findCovering } from './administration.scope.ts';
import type { Seat } from './administration.lists.ts';

export interface SeatPage {
  readonly seat: Seat;
  /** Name of the organisation, names of the application; absent for the site. */
  readonly name: string | Names | undefined;
  readonly listHref: string;
  readonly homeHref: string;
  /** What the actor may appoint here; empty when they only look. */
  readonly kinds: readonly AdministrationKind[];
  /** Whether some appointment of the actor's may reach what lies below. */
  readonly offersSubtree: boolean;
}

export type SeatParams = Partial<Record<'organisationId' | 'applicationId', string>>;

/** The seat in the address. @throws organisation_not_found, application_not_found also when out of scope */
export async function loadSeat(reader: Reader, actor: Actor, params: SeatParams): Promise<SeatPage> {
  if (params.organisationId !== undefined) return organisationSeat(reader, actor, params.organisationId);
  if (params.applicationId !== undefined) return applicationSeat(reader, actor, params.applicationId);
  if (!hasPowerSomewhere(actor, 'site.operate')) throw notFound('page');
  return {
    seat: { kind: 'site' },
    name: undefined,
    listHref: paths.siteAdministrators(),
    homeHref: paths.home(),
    kinds: ['operator', 'auditor'],
    offersSubtree: false,
  };
}

async function organisationSeat(reader: Reader, actor: Actor, id: string): Promise<SeatPage> {
  if (!isId(id) || (await findCovering(reader, actor, 'organisation.view', id)).length === 0)
    throw notFound('organisation');
  const { name } = await reader
    .selectFrom('organisation')
    .select('name')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const heads = await findCovering(reader, actor, 'administration.appoint_head', id);
  const locals = await findCovering(reader, actor, 'administration.appoint_local', id);
  const kinds: AdministrationKind[] = [];
  if (heads.length > 0) kinds.push('head');
  if (locals.length > 0) kinds.push('local');
  if (hasPowerSomewhere(actor, 'site.operate')) kinds.push('auditor');
  return {
    seat: { kind: 'organisation', id },
    name,
    listHref: paths.administrators(id),
    homeHref: paths.organisation(id),
    kinds,
    offersSubtree: [...heads, ...locals].some((one) => one.includesSubtree || one.kind === 'operator'),
  };
}

async function applicationSeat(reader: Reader, actor: Actor, id: string): Promise<SeatPage> {
  const row = isId(id)
    ? await reader
        .selectFrom('application')
        .select('names')
        .where('id', '=', id)
        .where(applicationInScope(actor, 'application.view', sql.ref('id')))
        .executeTakeFirst()
    : undefined;
  if (!row) throw notFound('application');
  return {
    seat: { kind: 'application', id },
    name: row.names,
    listHref: paths.applicationAdministrators(id),
    homeHref: paths.application(id),
    offersSubtree: false,
    kinds: hasPowerSomewhere(actor, 'site.operate') ? ['application_owner'] : [],
  };
}
