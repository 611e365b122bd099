// Creates, changes and ends connected applications. Operators create; owners change their own.
import type { Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import type { Names, Writer } from '../../platform/db/types.ts';
import { AppError, invalidFields } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { contains, endsLater } from '../../platform/period.ts';
import type { Site } from '../../platform/site.ts';
import { refuseStale } from '../../platform/stale.ts';
import { hasPowerSomewhere, loadActingActor, type Actor } from '../administration/index.ts';
import { listRightsOf, refuseOwnBenefit, requireApplication } from '../rights/index.ts';
import { isRoleTemplate } from './applications.model.ts';
import { getApplication } from './applications.queries.ts';

export interface ApplicationInput {
  readonly code: string;
  readonly names: Names;
  readonly descriptions: Names;
  readonly homeUrl: string | null;
  readonly contactMail: string | null;
  readonly roleTemplate: string;
  /** Name of the claim that holds the roles. */
  readonly roleClaim: string;
  readonly until: Date | null;
}

/** Claims the provider fills itself: roles may not stand in their place. Source: OpenID Connect Core §2, §5.1. */
const reservedClaims = new Set(
  (
    'iss sub aud exp iat nbf jti auth_time nonce acr amr azp at_hash c_hash sid name given_name family_name email ' +
    'email_verified preferred_username locale organisation entitlements scope client_id cnf active token_type username ' +
    'events _claim_names _claim_sources'
  ).split(' '),
);

/**
 * Registers an application. Who administers it is a separate appointment.
 * @throws not_allowed (forbidden) but for operators; code_taken (conflict); invalid_fields
 */
export async function createApplication(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: ApplicationInput & { readonly ownerOrganisationId: string; readonly from: Date | null },
): Promise<{ applicationId: string }> {
  const attempt = { action: 'application.created', subjectType: 'application' };
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    if (!hasPowerSomewhere(acting, 'application.create')) throw new AppError('forbidden', 'not_allowed');
    checkRoles(input);
    await requireOwner(change.trx, input.ownerOrganisationId);
    const applicationId = newId();
    await change.trx
      .insertInto('application')
      .values({
        id: applicationId,
        owner_organisation_id: input.ownerOrganisationId,
        ...columnsOf(input),
        valid_from: input.from ?? change.at,
      })
      .execute();
    const ids = { subjectId: applicationId, applicationId, organisationId: input.ownerOrganisationId };
    change.record({ ...attempt, ...ids, after: input });
    return { applicationId };
  });
}

/**
 * Changes an application. A new role template or claim shows in the next token of each client.
 * @throws application_not_found; not_allowed; stale_edit; four_eyes; code_taken; invalid_fields
 */
export async function changeApplication(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: ApplicationInput & { readonly applicationId: string; readonly version: number },
): Promise<void> {
  const { applicationId } = input;
  const attempt = {
    action: 'application.changed',
    subjectType: 'application',
    subjectId: applicationId,
    applicationId,
  };
  await runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    await requireApplication(change.trx, acting, 'application.change', applicationId);
    const standing = await lockApplication(change.trx, applicationId);
    refuseStale(standing, input.version);
    checkRoles(input);
    if (endsLater(input.until, standing.period.until)) {
      const rightIds = (await listRightsOf(change.trx, applicationId)).map((right) => right.id);
      const widening = { rightIds, from: standing.period.until!, until: input.until };
      await refuseOwnBenefit(change.trx, acting.personId, widening);
    }
    await change.trx
      .updateTable('application')
      .set((eb) => ({ ...columnsOf(input), version: eb('version', '+', 1) }))
      .where('id', '=', applicationId)
      .execute();
    if (contains(standing.period, change.at) && endsLater(standing.period.until, input.until))
      change.accessEnded({ applicationId });
    const { id: _id, owner: _owner, version: _version, period, ...before } = standing;
    change.record({ ...attempt, before: { ...before, until: period.until }, after: input });
  });
}

/**
 * Ends an application now: nobody signs in to it any more.
 * @throws application_not_found; not_allowed; stale_edit; application_over (conflict)
 */
export async function endApplication(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: { readonly applicationId: string; readonly version: number; readonly reason?: string | undefined },
): Promise<void> {
  const { applicationId } = input;
  const attempt = {
    action: 'application.ended',
    subjectType: 'application',
    subjectId: applicationId,
    applicationId,
  };
  await runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    await requireApplication(change.trx, acting, 'application.change', applicationId);
    const standing = await lockApplication(change.trx, applicationId);
    const { from, until } = standing.period;
    if (from >= change.at || !endsLater(until, change.at)) throw new AppError('conflict', 'application_over');
    refuseStale(standing, input.version);
    await change.trx
      .updateTable('application')
      .set((eb) => ({ valid_until: change.at, version: eb('version', '+', 1) }))
      .where('id', '=', applicationId)
      .execute();
    change.accessEnded({ applicationId });
    change.record({ ...attempt, reason: input.reason, before: { until }, after: { until: change.at } });
  });
}

const columnsOf = (input: ApplicationInput) => ({
  code: input.code,
  names: JSON.stringify(input.names),
  descriptions: JSON.stringify(input.descriptions),
  home_url: input.homeUrl,
  contact_mail: input.contactMail,
  role_template: input.roleTemplate,
  role_claim: input.roleClaim,
  valid_until: input.until,
});

async function lockApplication(trx: Writer, applicationId: string) {
  await trx.selectFrom('application').select('id').where('id', '=', applicationId).forNoKeyUpdate().execute();
  return getApplication(trx, applicationId);
}

/** @throws invalid_fields */
export function checkRoles(input: Pick<ApplicationInput, 'roleTemplate' | 'roleClaim'>): void {
  if (!isRoleTemplate(input.roleTemplate)) throw invalidFields({ roleTemplate: 'role_template_invalid' });
  const usable =
    /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(input.roleClaim) && !reservedClaims.has(input.roleClaim);
  if (!usable) throw invalidFields({ roleClaim: 'role_claim_invalid' });
}

async function requireOwner(trx: Writer, organisationId: string): Promise<void> {
  const owner = await trx
    .selectFrom('organisation')
    .select('id')
    .where('id', '=', organisationId)
    .executeTakeFirst();
  if (!owner) throw invalidFields({ owner: 'receiver_unknown' });
}
