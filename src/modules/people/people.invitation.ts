// Leaves the mail that invites somebody to set a password. The link in it is made when the mail goes out.
import type { Change } from '../../platform/change.ts';
import type { Site } from '../../platform/site.ts';
import { createOneTimeLink } from './one-time-links.ts';

/** Earlier invitations of the person die. Audit: person.invited */
export async function inviteAgain(site: Site, change: Change, personId: string): Promise<void> {
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
  change.record({ action: 'person.invited', subjectType: 'person', subjectId: personId, personId });
}
