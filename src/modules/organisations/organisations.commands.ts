// Makes, changes and ends organisations.
import { sql } from 'kysely';
import type { AuditFact, Change, Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import { enforce } from '../../platform/decision.ts';
import type { Names } from '../../platform/db/types.ts';
import { AppError, notFound, type FieldError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { refuseStale } from '../../platform/stale.ts';
import type { Site } from '../../platform/site.ts';
import {
  endUncoveredByMove,
  keepAdministratorsBut,
  loadAllowance,
  loadConferredByMove,
  requireConferrable,
  type Actor,
} from '../administration/index.ts';
import { refuseWrong, requirePowerOver, requirePowerOverSite } from './organisations.access.ts';
import {
  insertIdentifiers,
  listIdentifiers,
  normaliseAll,
  replaceIdentifiers,
  type TypedIdentifier,
} from './organisations.identifiers.ts';
import {
  checkCodeAndName,
  checkPeriodOrder,
  isMailAddress,
  organisationSearchText,
  type Identifier,
  type NewOrganisation,
} from './organisations.model.ts';
import { loadEndFacts } from './organisations.facts.ts';
import { mayEndOrganisation } from './organisations.policy.ts';

export interface OrganisationChange {
  readonly organisationId: string;
  readonly version: number;
  readonly name: string;
  readonly names: Names;
  readonly contactMail: string | null;
  /** All of them, for operators; absent: they stay as they are. */
  readonly identifiers?: readonly TypedIdentifier[];
  /** Absent: stays where it is. */
  readonly parentId?: string | null;
  /** The person has read that administrations end which their givers do not reach any more. */
  readonly acknowledgeMove?: boolean;
}

/** @throws not_allowed, invalid_fields, code_taken, identifier_taken. Audit: organisation.created */
export async function createOrganisation(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: NewOrganisation,
): Promise<string> {
  const id = newId();
  const fact = aboutOrganisation('organisation.created', id);
  return runCommand(site, origin, fact, async (change) => {
    await requirePowerOverSite(change, actor, 'organisation.create');
    const { identifiers, wrong } = normaliseAll(input.identifiers ?? []);
    const period = { from: input.from ?? change.at, until: input.until ?? null };
    const order = checkPeriodOrder(period.from, period.until);
    refuseWrong(checkCodeAndName(input), checkContactMail(input.contactMail), order, wrong);
    await insertOrganisation(change, id, input, identifiers, period);
    change.record({ ...fact, after: { ...input, identifiers, from: period.from, until: period.until } });
    return id;
  });
}

/**
 * @throws organisation_not_found, not_allowed, stale_edit, invalid_fields, organisation_loop, four_eyes (a move that gives
 *   the actor power over it), move_ends_administrations (a move, not acknowledged), identifier_taken. Audit:
 *   organisation.changed, and
 *   administration.ended for each that its giver does not reach any more
 */
export async function changeOrganisation(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: OrganisationChange,
): Promise<void> {
  const fact = aboutOrganisation('organisation.changed', input.organisationId);
  await runCommand(site, origin, fact, async (change) => {
    const current = await requirePowerOver(change, actor, 'organisation.change', input.organisationId);
    const found = await lockOrganisation(change, input.organisationId);
    refuseStale({ ...viewOf(found), version: found.version }, input.version);
    refuseWrong(checkCodeAndName({ name: input.name }), checkContactMail(input.contactMail));
    const parentId = input.parentId === undefined ? found.parent_id : input.parentId;
    if (parentId !== found.parent_id) {
      await lockSubtree(change, found.id);
      await requireMayMove(site, change, current, found, parentId);
    }
    const numbers = await changeNumbers(change, current, found.id, input);
    const after = { name: input.name, names: input.names, contactMail: input.contactMail, parentId };
    await change.trx
      .updateTable('organisation')
      .set({
        name: after.name,
        names: JSON.stringify(after.names),
        contact_mail: after.contactMail,
        parent_id: parentId,
        search_text: organisationSearchText({ code: found.code, ...after }, numbers.after),
        version: found.version + 1,
      })
      .where('id', '=', found.id)
      .execute();
    if (parentId !== found.parent_id)
      await endUncoveredByMove(change, found.id, input.acknowledgeMove ?? false);
    const recorded = input.identifiers === undefined ? {} : { identifiers: numbers.after };
    const before = input.identifiers === undefined ? {} : { identifiers: numbers.before };
    change.record({ ...fact, before: { ...viewOf(found), ...before }, after: { ...after, ...recorded } });
  });
}

/** Numbers are checked against the outside world once, by operators: they alone change them. */
async function changeNumbers(
  change: Change,
  actor: Actor,
  organisationId: string,
  input: OrganisationChange,
): Promise<{ before: Identifier[]; after: Identifier[] }> {
  const before = await listIdentifiers(change.trx, organisationId);
  if (input.identifiers === undefined) return { before, after: before };
  await requirePowerOverSite(change, actor, 'organisation.create');
  const { identifiers, wrong } = normaliseAll(input.identifiers);
  refuseWrong(wrong);
  await replaceIdentifiers(change, organisationId, identifiers);
  return { before, after: identifiers };
}

/**
 * From the instant on nothing of it counts any more: every right and administration in it rests.
 * @param input `at` default now
 * @throws organisation_not_found, not_allowed, organisation_ended, stale_edit, organisation_has_children, last_operator, last_administrator
 *   unless acknowledged, for its own head administrators and for those of others who come from here or were appointed from here.
 *   Audit: organisation.ended; ends access
 */
export async function endOrganisation(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: {
    readonly organisationId: string;
    readonly version: number;
    readonly at?: Date;
    readonly reason?: string | undefined;
    readonly acknowledgeLast?: boolean;
  },
): Promise<void> {
  const fact = aboutOrganisation('organisation.ended', input.organisationId);
  await runCommand(site, origin, fact, async (change) => {
    await requirePowerOver(change, actor, 'organisation.create', input.organisationId);
    const found = await lockOrganisation(change, input.organisationId);
    if (found.valid_until !== null && found.valid_until <= change.at)
      throw new AppError('conflict', 'organisation_ended');
    refuseStale({ ...viewOf(found), version: found.version }, input.version);
    const until = input.at !== undefined && input.at > change.at ? input.at : change.at;
    refuseWrong(checkPeriodOrder(found.valid_from, until));
    enforce(mayEndOrganisation(await loadEndFacts(change, found.id, until)));
    // What ends needs no head any more, but that must be known.
    if (input.acknowledgeLast !== true && (await isHeaded(change, found.id)))
      throw new AppError('conflict', 'last_administrator', { details: { organisations: [found.id] } });
    await change.trx
      .updateTable('organisation')
      .set({ valid_until: until, version: found.version + 1 })
      .where('id', '=', found.id)
      .execute();
    await keepAdministratorsBut(change, { workplaceId: found.id }, until, {
      acknowledgeLast: input.acknowledgeLast ?? false,
    });
    change.record({ ...fact, reason: input.reason, before: { until: found.valid_until }, after: { until } });
    change.accessEnded({ organisationId: found.id });
  });
}

/** Whether the organisation has a head administrator now. */
async function isHeaded(change: Change, organisationId: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from effective_administration(${change.at}::timestamptz, array(
      select id from administration where kind = 'head' and valid_at @> ${change.at}::timestamptz
        and organisation_id = ${organisationId}::uuid)) limit 1`.execute(change.trx);
  return rows.length > 0;
}

/**
 * Whoever administers the subtree of the new parent gets power over what is put under it: the mover confers that. And
 * nobody walks out from under those who administer the old parent.
 */
async function requireMayMove(
  site: Site,
  change: Change,
  actor: Actor,
  moved: { id: string; parent_id: string | null },
  parentId: string | null,
): Promise<void> {
  for (const id of [moved.parent_id, parentId]) {
    if (id !== null) await requirePowerOver(change, actor, 'organisation.change', id);
  }
  if (moved.parent_id === null || parentId === null)
    await requirePowerOverSite(change, actor, 'site.operate');
  if (parentId === null) return;
  const conferred = await loadConferredByMove(change.trx, moved.id, parentId, change.at);
  const allowance = await loadAllowance(change.trx, {
    actor,
    conferred,
    at: change.at,
    zone: site.config.timeZone,
  });
  requireConferrable(conferred, allowance);
}

/** Nobody is appointed anywhere below while it moves: who is about to be, waits, and is judged in the new place. */
async function lockSubtree(change: Change, organisationId: string): Promise<void> {
  await sql`select id from organisation where id in (
    select organisation_id from organisation_tree where ancestor_id = ${organisationId}::uuid)
    order by id for update`.execute(change.trx);
}

function aboutOrganisation(action: string, organisationId: string): AuditFact {
  return { action, subjectType: 'organisation', subjectId: organisationId, organisationId };
}

async function lockOrganisation(change: Change, organisationId: string) {
  const found = await change.trx
    .selectFrom('organisation')
    .selectAll()
    .where('id', '=', organisationId)
    .forUpdate()
    .executeTakeFirst();
  if (!found) throw notFound('organisation');
  return found;
}

function viewOf(row: { name: string; names: Names; contact_mail: string | null; parent_id: string | null }) {
  return { name: row.name, names: row.names, contactMail: row.contact_mail, parentId: row.parent_id };
}

function checkContactMail(mail: string | null | undefined): Record<string, FieldError> {
  return mail && !isMailAddress(mail) ? { contactMail: { code: 'invalid_mail' } } : {};
}

async function insertOrganisation(
  change: Change,
  id: string,
  input: NewOrganisation,
  identifiers: readonly Identifier[],
  period: { from: Date; until: Date | null },
): Promise<void> {
  await change.trx
    .insertInto('organisation')
    .values({
      id,
      code: input.code,
      name: input.name,
      names: JSON.stringify(input.names ?? {}),
      target_group_id: input.targetGroupId,
      parent_id: input.parentId ?? null,
      contact_mail: input.contactMail ?? null,
      search_text: organisationSearchText(input, identifiers),
      valid_from: period.from,
      valid_until: period.until,
    })
    .execute();
  await insertIdentifiers(change, id, identifiers);
}
