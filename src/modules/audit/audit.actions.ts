// Every action the audit knows. A test fails when the code records one that is not here, or has no words for it.
// Append yours, and its text as `audit.action.<name with _ for the dot>` in config/locales/<lang>/audit.json.

export const auditActions = {
  'access.expired':
    'a right, affiliation or administration ended by itself, and what rested on it was revoked',
  'administration.appointed': 'somebody was made administrator',
  'administration.ended': 'an administration was ended',
  'administration.period_changed': 'the end of an administration was changed',
  'administration.restored':
    'the end of an administration was taken back, alone or with that of its affiliation',
  'affiliation.added': 'somebody began to work for an organisation',
  'affiliation.changed': 'unit, function, contact mail or period of an affiliation were changed',
  'affiliation.ended': 'an affiliation was ended, with everything it carried',
  'affiliation.restored': 'the end of an affiliation was taken back',
  'application.changed': 'an application was changed',
  'application.created': 'an application was registered',
  'application.ended': 'an application was ended',
  'assignment.ended': 'a right of somebody was ended',
  'assignment.granted': 'somebody got a right for a period',
  'assignment.period_changed': 'the period of a right of somebody was changed',
  'assignment.restored': 'a right that ended along with an affiliation came back with it',
  'assignment.undone': 'a grant, change or end of a right was taken back',
  'audit.verification_failed': 'a verification found that the audit is not intact',
  'audit.exported': 'somebody took a copy of a part of the audit',
  'client.changed': 'a client of an application was changed',
  'client.created': 'a client of an application was made',
  'client.decision_powers_changed': 'what a client may ask of the decision point was changed',
  'client.secret_rotated': 'a client got a new secret',
  'decision_record.synchronised': 'an application brought or took away records',
  'decision_subject.synchronised': 'an application said something of people or of its own subjects',
  'demo_world.loaded': 'the demo world was loaded',
  'holders.exported': 'the list of who holds what in an application was taken along',
  'identifier.resealed': 'identifiers sealed with an old key were sealed anew',
  'key.resealed': 'what was sealed with an old key was sealed anew',
  'offer.changed': 'an offer was changed',
  'offer.created': 'a right was offered to an organisation or target group',
  'offer.ended': 'an offer was ended',
  'offer.restored': 'the end of an offer was taken back',
  'organisation.changed': 'an organisation was changed',
  'organisation.created': 'an organisation was made',
  'organisation.ended': 'an organisation was ended',
  'password.changed': 'somebody chose a password',
  'password_reset.requested': 'a new password was asked for',
  'people.exported': 'somebody took a copy of a list of people',
  'person.added': 'a person was made',
  'person.changed': 'the details of a person were changed',
  'person.disabled': 'a person was shut out everywhere',
  'person.enabled': 'a person was let in again',
  'person.invited': 'an invitation was sent',
  'provider_key.rotated': 'new keys to sign tokens were made',
  'provisioning.applied': 'declaration files were applied',
  'right.changed': 'a right of an application was changed',
  'right.created': 'a right of an application was made',
  'right.ended': 'a right of an application was ended',
  'rights_model.discarded': 'the draft of a rights model was given up',
  'rights_model.drafted': 'the draft of a rights model was written',
  'rights_model.published': 'a rights model became valid',
  'session.ended': 'sign-ins of somebody were ended',
  'sign_in.succeeded': 'somebody signed in, or failed to',
  'target_group.changed': 'a target group was changed',
  'target_group.created': 'a target group was made',
  'unit.changed': 'a unit was renamed',
  'unit.created': 'a unit was made',
  'unit.ended': 'a unit was ended',
  'unit.moved': 'a unit was put elsewhere in the tree',
} as const satisfies Readonly<Record<string, string>>;

export type AuditAction = keyof typeof auditActions;

export const isAuditAction = (text: string): text is AuditAction => Object.hasOwn(auditActions, text);

/** Key of the words for an action: `assignment.granted` → `audit.action.assignment_granted`. */
export const actionKey = (action: string): string => `audit.action.${action.replaceAll('.', '_')}`;
