// Leaves the mail that invites somebody to set a password. The link in it is made when the mail goes out.
import type { AuditFact, Change, Origin } from '../../platform/change.ts';
import type { Site } from '../../platform/site.ts';
import { createOneTimeLink } from './one-time-links.ts';

/** Earlier invitations of the person die. Audit: person.invited, on behalf of the organisation */
export async function inviteAgain(
  site: Site,
  change: Change,
  personId: string,
  organisationId: string | undefined,
): Promise<void> {
  const ttlSeconds = site.config.invitationSeconds;
  const linkId = await createOneTimeLink(change, site.secrets, {
    personId,
    purpose: 'invitation',
    ttlSeconds,
  });
  change.enqueue({
    kind: 'mail',
    payload: { template: 'invitation', personId, linkId },
    idempotencyKey: `invitation:${linkId}`,
  });
  change.record(aboutPerson('person.invited', personId, organisationId));
}

/** The organisation on whose behalf it happens: its administrators then find it in the record. */
export function onBehalf(origin: Origin): string | undefined {
  return origin.actor.kind === 'person' ? origin.actor.onBehalfOfOrganisationId : undefined;
}

/** The audit row of anything that happens to a person. */
export function aboutPerson(action: string, personId: string, organisationId: string | undefined): AuditFact {
  return { action, subjectType: 'person', subjectId: personId, personId, organisationId };
}
