// Makes somebody or something known to an application by hand, and records that the list was taken along.
import type { Change, Origin } from '../../../platform/change.ts';
import { runCommand } from '../../../platform/command.ts';
import { AppError } from '../../../platform/errors.ts';
import type { Site } from '../../../platform/site.ts';
import type { Actor } from '../../administration/index.ts';
import { personType } from '../subjects.queries.ts';
import { noFacts } from './facts.edits.ts';
import { findPersonInReach, type SubjectRef } from './facts.reach.ts';
import { attemptAt, lockStanding, refuseSelf, requireOwner, writeStanding } from './facts.standing.ts';

export type NewSubject =
  /** User name or mail address of a person within reach. */
  { readonly person: string } | { readonly type: string; readonly id: string };

/**
 * Makes somebody or something known to the application, with nothing set yet. Audit: decision_subject.added
 * @throws application_not_found; not_allowed; four_eyes; invalid_fields (person_not_known, reserved_type, subject_exists)
 */
export async function addSubject(
  site: Site,
  actor: Actor,
  origin: Origin,
  applicationId: string,
  added: NewSubject,
): Promise<SubjectRef> {
  const attempt = {
    action: 'decision_subject.added',
    subjectType: 'application',
    subjectId: applicationId,
    applicationId,
  };
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await requireOwner(change, actor, applicationId);
    const subject = await toSubject(change, applicationId, added);
    refuseSelf(acting, subject);
    const standing = await lockStanding(change, subject);
    if (standing.facts) throw refusedField('person' in added ? 'person' : 'code', 'subject_exists');
    await writeStanding(change, subject, noFacts, standing.version);
    change.record(attemptAt('decision_subject.added', subject));
    return subject;
  });
}

async function toSubject(change: Change, applicationId: string, added: NewSubject): Promise<SubjectRef> {
  if (!('person' in added)) {
    if (added.type === personType) throw refusedField('type', 'reserved_type');
    return { applicationId, type: added.type, id: added.id };
  }
  const id = await findPersonInReach(change.trx, applicationId, added.person, change.at);
  if (id === undefined) throw refusedField('person', 'person_not_known');
  return { applicationId, type: personType, id };
}

const refusedField = (field: string, code: string): AppError =>
  new AppError('invalid', 'invalid_fields', { fields: { [field]: { code } } });

/** Personal data leaves the site: who took it. Before the first row leaves. Audit: decision_subject.exported */
export async function recordSubjectsExport(
  site: Site,
  origin: Origin,
  applicationId: string,
  filters: Readonly<Record<string, string>>,
): Promise<void> {
  const subject = { subjectType: 'application', subjectId: applicationId, applicationId };
  const fact = { action: 'decision_subject.exported', ...subject };
  await runCommand(site, origin, fact, async (change) => change.record({ ...fact, after: filters }));
}
