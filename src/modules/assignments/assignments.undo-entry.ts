// What an undo of a change of an assignment remembers. Only the person who made the change can use it.
import { z } from 'zod';
import type { Change } from '../../platform/change.ts';
import { offerUndo as offer, takeUndo as take } from '../../platform/undo.ts';
import type { Actor } from '../administration/index.ts';

const undoKind = 'assignment';
const instant = z.iso.datetime().pipe(z.coerce.date());

const undoEntry = z.object({
  assignmentId: z.string(),
  /** The version the change left behind: undone only while nothing happened since. */
  version: z.number(),
  /** The period before the change; absent for a grant. */
  before: z.object({ from: instant, until: instant.nullable() }).optional(),
});
export type UndoEntry = z.output<typeof undoEntry>;

/** @returns the identifier with which the change can be taken back. */
export function offerUndo(change: Change, actor: Actor, entry: UndoEntry): Promise<string> {
  return offer(change, actor.personId, undoKind, entry);
}

/** The entry, used up. @throws undo_expired (gone), for somebody else's too */
export async function takeUndo(change: Change, actor: Actor, undoId: string): Promise<UndoEntry> {
  return undoEntry.parse(await take(change, actor.personId, undoKind, undoId));
}
