// The steps that the commands about affiliations share, inside their transaction.
import type { AuditFact, Change } from '../../platform/change.ts';
import type { AffiliationRules, AffiliationType } from '../../platform/db/types.ts';
import { AppError, isAppError, notFound } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { requireReach, type Actor } from '../administration/index.ts';
import { refuseWrong } from '../organisations/index.ts';
import type { Carried } from './affiliations.carried.ts';
import { checkAffiliation, type AffiliationDetails } from './affiliations.model.ts';
import type { CarriedFacts } from './affiliations.policy.ts';

export interface AffiliationRow {
  readonly id: string;
  readonly person_id: string;
  readonly organisation_id: string;
  readonly type: AffiliationType;
  readonly unit_id: string | null;
  readonly function_title: string | null;
  readonly contact_mail: string | null;
  readonly valid_from: Date;
  readonly valid_until: Date | null;
  readonly cancelled_at: Date | null;
  readonly version: number;
}

export const partiesOf = (row: AffiliationRow) => ({
  personId: row.person_id,
  organisationId: row.organisation_id,
});

export const idsOf = (row: AffiliationRow) => ({ id: row.id, ...partiesOf(row) });

/** Everything about it that can be changed. */
export const viewOf = (row: AffiliationRow) => ({
  unitId: row.unit_id,
  functionTitle: row.function_title,
  contactMail: row.contact_mail,
  from: row.valid_from,
  until: row.valid_until,
});

/** The audit row of anything that happens to an affiliation. */
export function aboutAffiliation(
  action: string,
  affiliation: { readonly id: string; readonly personId: string; readonly organisationId: string },
): AuditFact {
  return {
    action,
    subjectType: 'affiliation',
    subjectId: affiliation.id,
    personId: affiliation.personId,
    organisationId: affiliation.organisationId,
  };
}

/**
 * Writes a new affiliation, after the rules of the target group. For commands that have asked for the power already.
 * @returns its id
 * @throws invalid_fields, organisation_ended, affiliation_overlap. Audit: affiliation.added
 */
export async function insertAffiliation(
  change: Change,
  zone: string,
  affiliation: {
    readonly personId: string;
    readonly organisationId: string;
    readonly details: AffiliationDetails;
  },
): Promise<string> {
  const { personId, organisationId, details } = affiliation;
  await requireFitting(change, zone, organisationId, details);
  const id = newId();
  await change.trx
    .insertInto('affiliation')
    .values({
      id,
      person_id: personId,
      organisation_id: organisationId,
      type: details.type,
      unit_id: details.unitId,
      function_title: details.functionTitle,
      contact_mail: details.contactMail,
      valid_from: details.from,
      valid_until: details.until,
      cancelled_at: null,
    })
    .execute();
  change.record({
    ...aboutAffiliation('affiliation.added', { id, personId, organisationId }),
    after: details,
  });
  return id;
}

/** @throws invalid_fields by the target group's rules or an unknown or ended unit; organisation_ended */
export async function requireFitting(
  change: Change,
  zone: string,
  organisationId: string,
  details: AffiliationDetails,
): Promise<void> {
  const organisation = await loadRules(change, organisationId);
  if (organisation.valid_until !== null && organisation.valid_until <= change.at) {
    throw new AppError('conflict', 'organisation_ended');
  }
  refuseWrong(checkAffiliation(organisation.rules, details, zone));
  if (details.unitId === null) return;
  const unit = await change.trx
    .selectFrom('unit')
    .select('valid_until')
    .where('id', '=', details.unitId)
    .where('organisation_id', '=', organisationId)
    // Held against being ended at this moment.
    .forKeyShare()
    .executeTakeFirst();
  const runs = unit !== undefined && (unit.valid_until === null || unit.valid_until > change.now());
  if (!runs) refuseWrong({ unit: { code: 'unit_unknown' } });
}

async function loadRules(
  change: Change,
  organisationId: string,
): Promise<{ valid_until: Date | null; rules: AffiliationRules }> {
  const row = await change.trx
    .selectFrom('organisation')
    .innerJoin('target_group', 'target_group.id', 'organisation.target_group_id')
    .select(['organisation.valid_until', 'target_group.affiliation_rules as rules'])
    .where('organisation.id', '=', organisationId)
    .executeTakeFirst();
  if (!row) throw notFound('organisation');
  return row;
}

/** The affiliation, held until the end of the transaction: grants under it wait. @throws affiliation_not_found */
export async function lockAffiliation(change: Change, affiliationId: string): Promise<AffiliationRow> {
  const found = await change.trx
    .selectFrom('affiliation')
    .select(['id', 'person_id', 'organisation_id', 'type', 'unit_id', 'function_title', 'contact_mail'])
    .select(['valid_from', 'valid_until', 'cancelled_at', 'version'])
    .where('id', '=', affiliationId)
    .forUpdate()
    .executeTakeFirst();
  if (!found) throw notFound('affiliation');
  return found;
}

/** Which of the administrations that would end lie within the actor's own power. */
export async function loadCarriedFacts(
  change: Change,
  actor: Actor,
  personId: string,
  carried: Carried,
): Promise<CarriedFacts> {
  const administrations = [];
  for (const one of carried.administrations.filter((held) => held.own)) {
    administrations.push({ kind: one.kind, withinReach: await reaches(change, actor, one) });
  }
  return { administrations, own: actor.personId === personId };
}

async function reaches(
  change: Change,
  actor: Actor,
  target: Parameters<typeof requireReach>[2],
): Promise<boolean> {
  try {
    await requireReach(change.trx, actor, target);
    return true;
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}

/** Writes what can be changed of an affiliation that is held, as its next version. */
export async function writeDetails(
  change: Change,
  found: Pick<AffiliationRow, 'id' | 'version'>,
  details: Omit<AffiliationDetails, 'type'>,
): Promise<void> {
  await change.trx
    .updateTable('affiliation')
    .set({
      unit_id: details.unitId,
      function_title: details.functionTitle,
      contact_mail: details.contactMail,
      valid_from: details.from,
      valid_until: details.until,
      version: found.version + 1,
    })
    .where('id', '=', found.id)
    .execute();
}
