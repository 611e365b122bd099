// Puts on record that somebody took the list of who holds what along.
import type { Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import type { Site } from '../../platform/site.ts';
import type { HolderQuery } from '../assignments/index.ts';

/** Before the first row leaves. Audited as `holders.exported`, with the filters. */
export async function recordHoldersExport(
  site: Site,
  origin: Origin,
  question: Omit<HolderQuery, 'limit'>,
): Promise<void> {
  const { applicationId, ...filters } = question;
  const subject = { subjectType: 'application', subjectId: applicationId, applicationId };
  const fact = { action: 'holders.exported', ...subject };
  await runCommand(site, origin, fact, async (change) => change.record({ ...fact, after: filters }));
}
