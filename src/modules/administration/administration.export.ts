// Puts on record that a list of administrators left the site.
import type { Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import type { Site } from '../../platform/site.ts';
import type { Seat } from './administration.lists.ts';

/** Personal data leaves the site: who took it, of what. The caller has checked the scope. Audit: administration.exported */
export async function recordExport(site: Site, origin: Origin, seat: Seat): Promise<void> {
  const fact = {
    action: 'administration.exported',
    subjectType: seat.kind,
    ...(seat.kind === 'site' ? {} : { subjectId: seat.id }),
    organisationId: seat.kind === 'organisation' ? seat.id : undefined,
    applicationId: seat.kind === 'application' ? seat.id : undefined,
  };
  await runCommand(site, origin, fact, async (change) => change.record({ ...fact }));
}
