// Writes what owners set by hand about a record: it stands above what the application brings, and is kept when that changes.
import { z } from 'zod';
import type { AuditFact, Change, Origin } from '../../../platform/change.ts';
import { runCommand } from '../../../platform/command.ts';
import { AppError } from '../../../platform/errors.ts';
import type { Site } from '../../../platform/site.ts';
import { refuseStale } from '../../../platform/stale.ts';
import { offerUndo, takeUndo } from '../../../platform/undo.ts';
import { loadActingActor, type Actor } from '../../administration/index.ts';
import { requireApplication } from '../../rights/index.ts';
import {
  accessListAttributes,
  compileForms,
  declaredRecordFacts,
  fitsField,
  hasAccessList,
  type ModelForms,
} from '../forms/index.ts';
import { findFactForms } from '../facts/facts.queries.ts';
import { findModel } from '../models/models.queries.ts';
import { findRecords, keyOf } from '../records.queries.ts';
import { fillsGroupsByWork, personFacts } from '../subject.facts.ts';
import { askingIn, findPeopleFacts } from '../subjects.queries.ts';
import { gainsByRecord } from './records.gain.ts';
import { getRecordSheet, type RecordRef, type RecordSheet, type Values } from './records.reading.ts';

const undoKind = 'decision_record';

export interface VersionedRecord extends RecordRef {
  /** Of what was set by hand, as it was on the page. */
  readonly version: number;
}

/** By name; null: what the application brings counts again. */
export type RecordEdit = Readonly<Record<string, Values[string] | null>>;

const attemptAt = (action: string, { applicationId, type, id }: RecordRef): AuditFact => ({
  action,
  subjectType: 'decision_record',
  subjectId: `${type}/${id}`,
  applicationId,
});

function withEdit(byHand: Values, edit: RecordEdit): Values {
  const merged = Object.entries({ ...byHand, ...edit });
  return Object.fromEntries(merged.filter((entry): entry is [string, Values[string]] => entry[1] !== null));
}

/** @throws fact_not_declared for anything the model does not let owners set */
function refuseUndeclared(forms: ModelForms | undefined, type: string, edit: RecordEdit): void {
  const fields = forms ? declaredRecordFacts(forms, type) : [];
  const listed = forms !== undefined && hasAccessList(forms, type);
  const fits = ([name, value]: [string, RecordEdit[string]]): boolean => {
    if (listed && accessListAttributes.some((each) => each === name)) return true;
    const field = fields.find((each) => each.name === name);
    return value === null || (field !== undefined && fitsField(field, value));
  };
  if (!Object.entries(edit).every(fits)) throw new AppError('invalid', 'fact_not_declared');
}

/**
 * Asked while the record is held: of two changes sent at once, the second is judged on what the first left.
 * @throws four_eyes when the actor could do more for it
 */
async function refuseOwnGain(
  change: Change,
  actor: Actor,
  record: RecordRef,
  { brought }: RecordSheet,
  byHand: Values,
): Promise<void> {
  const { applicationId, type, id } = record;
  const asking = askingIn(change.trx);
  const valid = await findModel(change.trx, applicationId, 'valid');
  const standing = (await findRecords(asking, applicationId, [record])).get(keyOf(type, id));
  if (!valid || !standing) return;
  const model = compileForms(valid.forms);
  const [row] = await findPeopleFacts(asking, applicationId, change.at, [actor.personId]);
  const facts = row && personFacts(row, change.at, fillsGroupsByWork(model)).facts;
  if (!facts) return;
  const changed = { ...standing, attributes: { ...brought, ...byHand } };
  if (gainsByRecord(model, facts, standing, changed, change.at.toISOString()))
    throw new AppError('forbidden', 'four_eyes');
}

async function write(
  { trx }: Change,
  record: RecordRef,
  sheet: RecordSheet,
  byHand: Values,
): Promise<number> {
  const isSet = Object.keys(byHand).length > 0;
  const { hand_version: version } = await trx
    .updateTable('decision_record')
    .set({
      attributes: JSON.stringify({ ...sheet.brought, ...byHand }),
      by_hand: isSet ? JSON.stringify(byHand) : null,
      brought: isSet ? JSON.stringify(sheet.brought) : null,
      hand_version: sheet.version + 1,
    })
    .where('application_id', '=', record.applicationId)
    .where('type', '=', record.type)
    .where('id', '=', record.id)
    .returning('hand_version')
    .executeTakeFirstOrThrow();
  return version;
}

async function holdAsOwner(change: Change, actor: Actor, record: RecordRef): Promise<RecordSheet> {
  const acting = await loadActingActor(change, actor.personId);
  await requireApplication(change.trx, acting, 'application.change', record.applicationId);
  return getRecordSheet(change.trx, record, true);
}

/**
 * Sets attributes of a record by hand, or lets the brought ones count again. Audit: decision_record.changed
 * @throws application_not_found; not_allowed; decision_record_not_found; stale_edit; fact_not_declared; four_eyes when
 *   the actor would be allowed more by it
 */
export async function changeRecord(
  site: Site,
  actor: Actor,
  origin: Origin,
  record: VersionedRecord,
  edit: RecordEdit,
): Promise<{ undoId: string }> {
  const attempt = attemptAt('decision_record.changed', record);
  return runCommand(site, origin, attempt, async (change) => {
    const sheet = await holdAsOwner(change, actor, record);
    refuseStale(sheet, record.version);
    refuseUndeclared(await findFactForms(change.trx, record.applicationId), record.type, edit);
    const byHand = withEdit(sheet.byHand, edit);
    await refuseOwnGain(change, actor, record, sheet, byHand);
    const version = await write(change, record, sheet, byHand);
    const named = (values: Values) =>
      Object.fromEntries(Object.keys(edit).map((name) => [name, values[name] ?? null]));
    change.record({ ...attempt, before: named(sheet.byHand), after: edit });
    const { applicationId, type, id } = record;
    const payload = { applicationId, type, id, version, byHand: sheet.byHand };
    return { undoId: await offerUndo(change, actor.personId, undoKind, payload) };
  });
}

const values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));
const undoPayload = z.object({
  applicationId: z.string(),
  type: z.string(),
  id: z.string(),
  version: z.number(),
  byHand: values,
});

/**
 * Takes a change back, when nothing was changed by hand since. Audit: decision_record.restored
 * @throws undo_expired; stale_edit; application_not_found; not_allowed; decision_record_not_found
 */
export async function undoRecord(
  site: Site,
  actor: Actor,
  origin: Origin,
  record: RecordRef,
  undoId: string,
): Promise<void> {
  const attempt = attemptAt('decision_record.restored', record);
  await runCommand(site, origin, attempt, async (change) => {
    const sheet = await holdAsOwner(change, actor, record);
    const undo = undoPayload.parse(await takeUndo(change, actor.personId, undoKind, undoId));
    const { applicationId, type, id } = record;
    if (undo.applicationId !== applicationId || undo.type !== type || undo.id !== id)
      throw new AppError('gone', 'undo_expired');
    refuseStale(sheet, undo.version);
    await write(change, record, sheet, undo.byHand);
    change.record({ ...attempt, before: sheet.byHand, after: undo.byHand });
  });
}

/** Who took the records along; before the first row leaves. Audit: decision_record.exported */
export async function recordRecordsExport(
  site: Site,
  origin: Origin,
  applicationId: string,
  filters: Readonly<Record<string, string>>,
): Promise<void> {
  const subject = { subjectType: 'application', subjectId: applicationId, applicationId };
  const fact = { action: 'decision_record.exported', ...subject };
  await runCommand(site, origin, fact, async (change) => change.record({ ...fact, after: filters }));
}
