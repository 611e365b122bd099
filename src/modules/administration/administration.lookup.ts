// Finds one administration for a command, held until the end of its transaction.
import type { AdministrationKind, Reader, Writer } from '../../platform/db/types.ts';
import { AppError, notFound } from '../../platform/errors.ts';
import { administrationsWith, type Actor, type Power } from './administration.model.ts';
import { findCovering } from './administration.scope.ts';

export interface StoredAdministration {
  readonly id: string;
  readonly kind: AdministrationKind;
  readonly person_id: string;
  readonly organisation_id: string | null;
  readonly includes_subtree: boolean;
  readonly application_id: string | null;
  readonly given_by_id: string | null;
  readonly valid_from: Date;
  readonly valid_until: Date | null;
  readonly cancelled_at: Date | null;
  readonly version: number;
  readonly affiliation_from: Date;
  readonly affiliation_until: Date | null;
  readonly giver_until: Date | null;
}

/** @throws administration_not_found */
export async function lockAdministration(
  trx: Writer,
  administrationId: string,
): Promise<StoredAdministration> {
  const stored = await trx
    .selectFrom('administration as d')
    .innerJoin('affiliation as f', 'f.id', 'd.affiliation_id')
    .leftJoin('administration as g', 'g.id', 'd.given_by_id')
    .select([
      'd.id',
      'd.kind',
      'd.person_id',
      'd.organisation_id',
      'd.includes_subtree',
      'd.application_id',
      'd.given_by_id',
    ])
    .select(['d.valid_from', 'd.valid_until', 'd.cancelled_at', 'd.version'])
    .select([
      'f.valid_from as affiliation_from',
      'f.valid_until as affiliation_until',
      'g.valid_until as giver_until',
    ])
    .where('d.id', '=', administrationId)
    .forNoKeyUpdate('d')
    .executeTakeFirst();
  if (!stored) throw notFound('administration');
  return stored;
}

const powerOver: Readonly<Record<AdministrationKind, Power>> = {
  operator: 'site.operate',
  auditor: 'site.operate',
  application_owner: 'site.operate',
  head: 'administration.appoint_head',
  local: 'administration.appoint_local',
};

/**
 * Passes when the actor may decide over it.
 * @throws administration_not_found when they do not even see it; not_allowed (forbidden)
 */
export async function requireReach(
  reader: Reader | Writer,
  actor: Actor,
  target: Pick<StoredAdministration, 'kind' | 'organisation_id'>,
): Promise<void> {
  if (await holds(reader, actor, powerOver[target.kind], target.organisation_id)) return;
  if (await holds(reader, actor, 'organisation.view', target.organisation_id))
    throw new AppError('forbidden', 'not_allowed');
  throw notFound('administration');
}

async function holds(
  reader: Reader | Writer,
  actor: Actor,
  power: Power,
  organisationId: string | null,
): Promise<boolean> {
  if (organisationId !== null) return (await findCovering(reader, actor, power, organisationId)).length > 0;
  return administrationsWith(actor, power).some(
    (held) => held.organisationId === null && held.applicationId === null,
  );
}
