// Makes, changes, moves and ends units: the departments inside one organisation, in a tree.
import type { AuditFact, Change, Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import { enforce } from '../../platform/decision.ts';
import { AppError, notFound } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { refuseStale } from '../../platform/stale.ts';
import type { Site } from '../../platform/site.ts';
import type { Actor } from '../administration/index.ts';
import { refuseWrong, requirePowerOver } from './organisations.access.ts';
import { loadUnitEndFacts, worksIn } from './organisations.facts.ts';
import { checkCodeAndName, checkPeriodOrder } from './organisations.model.ts';
import { mayEndUnit, mayMoveUnit } from './organisations.policy.ts';

/** Names one unit as the form showed it. */
export interface UnitRef {
  readonly organisationId: string;
  readonly unitId: string;
  readonly version: number;
}

/** @throws organisation_not_found, not_allowed, invalid_fields, code_taken, unit_unknown (parent). Audit: unit.created */
export async function createUnit(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: {
    readonly organisationId: string;
    readonly code: string;
    readonly name: string;
    readonly parentId: string | null;
  },
): Promise<string> {
  const id = newId();
  const fact = aboutUnit('unit.created', input.organisationId, id);
  return runCommand(site, origin, fact, async (change) => {
    await requirePowerOver(change, actor, 'organisation.change', input.organisationId);
    refuseWrong(checkCodeAndName(input));
    await requireRunningParent(change, input.organisationId, input.parentId);
    await change.trx
      .insertInto('unit')
      .values({
        id,
        organisation_id: input.organisationId,
        parent_id: input.parentId,
        code: input.code,
        name: input.name,
        valid_from: change.at,
        valid_until: null,
      })
      .execute();
    change.record({ ...fact, after: { code: input.code, name: input.name, parentId: input.parentId } });
    return id;
  });
}

/** The code stays: assignments and applications know the unit by it. @throws stale_edit, … Audit: unit.changed */
export async function changeUnit(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: UnitRef & { readonly name: string },
): Promise<void> {
  await changeOne(site, actor, origin, 'unit.changed', input, async (change, found) => {
    refuseWrong(checkCodeAndName({ name: input.name }));
    await change.trx.updateTable('unit').set({ name: input.name }).where('id', '=', found.id).execute();
    return { before: { name: found.name }, after: { name: input.name } };
  });
}

/**
 * Groups of a rights model may be filled by unit, those above it included: nobody moves the unit they work in themselves.
 * @throws unit_loop when it would lie inside itself, four_eyes, stale_edit, unit_unknown, … Audit: unit.moved
 */
export async function moveUnit(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: UnitRef & { readonly parentId: string | null },
): Promise<void> {
  await changeOne(site, actor, origin, 'unit.moved', input, async (change, found) => {
    await refuseLoop(change, input.organisationId, found.id, input.parentId);
    await requireRunningParent(change, input.organisationId, input.parentId);
    enforce(mayMoveUnit(await worksIn(change, found.id, actor.personId)));
    await change.trx
      .updateTable('unit')
      .set({ parent_id: input.parentId })
      .where('id', '=', found.id)
      .execute();
    return { before: { parentId: found.parent_id }, after: { parentId: input.parentId } };
  });
}

/** @throws unit_in_use while units or affiliations in it go on, unit_over, stale_edit, … Audit: unit.ended */
export async function endUnit(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: UnitRef & { readonly at?: Date },
): Promise<void> {
  await changeOne(site, actor, origin, 'unit.ended', input, async (change, found) => {
    if (found.valid_until !== null && found.valid_until <= change.at)
      throw new AppError('conflict', 'unit_over');
    const until = input.at !== undefined && input.at > change.at ? input.at : change.at;
    enforce(mayEndUnit(await loadUnitEndFacts(change, found.id, until)));
    refuseWrong(checkPeriodOrder(found.valid_from, until));
    await change.trx.updateTable('unit').set({ valid_until: until }).where('id', '=', found.id).execute();
    return { before: { until: found.valid_until }, after: { until } };
  });
}

function aboutUnit(action: string, organisationId: string, unitId: string): AuditFact {
  return { action, subjectType: 'unit', subjectId: unitId, organisationId };
}

type UnitRow = Awaited<ReturnType<typeof lockUnit>>;

/** What changing, moving and ending share: scope, lock, version, new version, audit. */
async function changeOne(
  site: Site,
  actor: Actor,
  origin: Origin,
  action: string,
  ref: UnitRef,
  write: (change: Change, found: UnitRow) => Promise<{ before: unknown; after: unknown }>,
): Promise<void> {
  const fact = aboutUnit(action, ref.organisationId, ref.unitId);
  await runCommand(site, origin, fact, async (change) => {
    await requirePowerOver(change, actor, 'organisation.change', ref.organisationId);
    const found = await lockUnit(change, ref);
    const difference = await write(change, found);
    const next = { version: found.version + 1 };
    await change.trx.updateTable('unit').set(next).where('id', '=', found.id).execute();
    change.record({ ...fact, ...difference });
  });
}

async function lockUnit(change: Change, ref: UnitRef) {
  // The organisation's row is the lock of its tree: two moves at once could close a loop that neither sees.
  await change.trx
    .selectFrom('organisation')
    .select('id')
    .where('id', '=', ref.organisationId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  const found = await change.trx
    .selectFrom('unit')
    .select(['id', 'name', 'parent_id', 'valid_from', 'valid_until', 'version'])
    .where('id', '=', ref.unitId)
    .where('organisation_id', '=', ref.organisationId)
    .forUpdate()
    .executeTakeFirst();
  if (!found) throw notFound('unit');
  const shown = { name: found.name, parentId: found.parent_id, until: found.valid_until };
  refuseStale({ ...shown, version: found.version }, ref.version);
  return found;
}

/** Held against being ended at this moment. @throws unit_unknown (at `parent`) */
async function requireRunningParent(
  change: Change,
  organisationId: string,
  parentId: string | null,
): Promise<void> {
  if (parentId === null) return;
  const parent = await change.trx
    .selectFrom('unit')
    .select('valid_until')
    .where('id', '=', parentId)
    .where('organisation_id', '=', organisationId)
    .forKeyShare()
    .executeTakeFirst();
  const runs = parent !== undefined && (parent.valid_until === null || parent.valid_until > change.now());
  if (!runs) throw new AppError('conflict', 'unit_unknown', { fields: { parent: { code: 'unit_unknown' } } });
}

async function refuseLoop(
  change: Change,
  organisationId: string,
  unitId: string,
  parentId: string | null,
): Promise<void> {
  const rows = await change.trx
    .selectFrom('unit')
    .select(['id', 'parent_id'])
    .where('organisation_id', '=', organisationId)
    .execute();
  const parentOf = new Map(rows.map((row) => [row.id, row.parent_id]));
  for (let above = parentId; above !== null; above = parentOf.get(above) ?? null) {
    if (above === unitId) {
      throw new AppError('conflict', 'unit_loop', { fields: { parent: { code: 'unit_loop' } } });
    }
  }
}
