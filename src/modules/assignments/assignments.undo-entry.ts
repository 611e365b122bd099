// The short-lived offer to take a change of an assignment back. Only the person who made it can.
import { z } from 'zod';
import type { Change } from '../../platform/change.ts';
import { AppError, notFound } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Actor } from '../administration/index.ts';

const undoMinutes = 10;

const payload = z.object({
  assignmentId: z.string(),
  /** The version the change left behind: undone only while nothing happened since. */
  version: z.number(),
  before: z
    .object({
      from: z.iso.datetime().pipe(z.coerce.date()),
      until: z.iso.datetime().pipe(z.coerce.date()).nullable(),
    })
    .optional(),
});

const kinds = ['assignment.granted', 'assignment.ended', 'assignment.period_changed'] as const;
export type UndoKind = (typeof kinds)[number];
export interface UndoEntry {
  readonly kind: UndoKind;
  readonly assignmentId: string;
  readonly version: number;
  /** The period before the change; absent for a grant. */
  readonly before?: { readonly from: Date; readonly until: Date | null } | undefined;
}

/** @returns the identifier with which it can be taken back. */
export async function offerUndo(change: Change, actor: Actor, entry: UndoEntry): Promise<string> {
  const id = newId();
  const { kind, ...rest } = entry;
  await change.trx
    .insertInto('undo_entry')
    .values({
      ...{ id, person_id: actor.personId, kind, payload: JSON.stringify(rest), used_at: null },
      ...{ created_at: change.at, expires_at: new Date(change.at.getTime() + undoMinutes * 60_000) },
    })
    .execute();
  return id;
}

/**
 * The entry, used up.
 * @throws undo_not_found for somebody else's; undo_expired (gone)
 */
export async function takeUndo(change: Change, actor: Actor, undoId: string): Promise<UndoEntry> {
  const row = await change.trx
    .selectFrom('undo_entry')
    .selectAll()
    .where('id', '=', undoId)
    .where('person_id', '=', actor.personId)
    .forUpdate()
    .executeTakeFirst();
  const kind = kinds.find((one) => one === row?.kind);
  if (!row || !kind) throw notFound('undo');
  if (row.used_at !== null || row.expires_at <= change.at) throw new AppError('gone', 'undo_expired');
  await change.trx.updateTable('undo_entry').set({ used_at: change.at }).where('id', '=', undoId).execute();
  return { kind, ...payload.parse(row.payload) };
}
