// Refuses an edit that was begun on an older version than the one that stands.
import { AppError } from './errors.ts';

/**
 * @param current the row as it stands, with what the page shows of it next to what was typed.
 * @throws stale_edit (conflict) with `details.current`
 */
export function refuseStale(current: { readonly version: number }, expectedVersion: number): void {
  if (current.version !== expectedVersion)
    throw new AppError('conflict', 'stale_edit', { details: { current } });
}
