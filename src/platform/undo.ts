// A short-lived offer to take a change back. It only remembers; the command that takes it back judges it anew.
import type { Change } from './change.ts';
import { AppError } from './errors.ts';
import { newId } from './ids.ts';

/** How long a change can be taken back. */
export const undoMinutes = 10;

/** Keeps what is needed to restore, for this person only. @returns the id of the offer. `payload` holds no secrets. */
export async function offerUndo(
  change: Change,
  personId: string,
  kind: string,
  payload: unknown,
): Promise<string> {
  const id = newId();
  await change.trx
    .insertInto('undo_entry')
    .values({
      id,
      person_id: personId,
      kind,
      payload: JSON.stringify(payload),
      created_at: change.at,
      expires_at: new Date(change.at.getTime() + undoMinutes * 60_000),
      used_at: null,
    })
    .execute();
  return id;
}

/**
 * Uses the offer up.
 * @returns its payload, to be parsed by the caller
 * @throws undo_expired (gone): too late, used before, or somebody else's
 */
export async function takeUndo(
  change: Change,
  personId: string,
  kind: string,
  undoId: string,
): Promise<unknown> {
  const taken = await change.trx
    .updateTable('undo_entry')
    .set({ used_at: change.at })
    .where('id', '=', undoId)
    .where('person_id', '=', personId)
    .where('kind', '=', kind)
    .where('used_at', 'is', null)
    .where('expires_at', '>', change.at)
    .returning('payload')
    .executeTakeFirst();
  if (!taken) throw new AppError('gone', 'undo_expired');
  return taken.payload;
}
