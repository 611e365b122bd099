// The addresses of the portal. Views and redirects take them from here, so that an address changes in one place.

/** A segment; `:name` stays as it is, so that routers take their patterns from here too. */
const part = (segment: string): string => (/^:\w+$/.test(segment) ? segment : encodeURIComponent(segment));
const organisation = (organisationId: string): string => `/organisations/${part(organisationId)}`;
const person = (organisationId: string, personId: string): string =>
  `${organisation(organisationId)}/people/${part(personId)}`;
const affiliation = (organisationId: string, personId: string, affiliationId: string): string =>
  `${person(organisationId, personId)}/affiliations/${part(affiliationId)}`;
const assignment = (organisationId: string, personId: string, assignmentId: string): string =>
  `${person(organisationId, personId)}/assignments/${part(assignmentId)}`;
const application = (applicationId: string): string => `/applications/${part(applicationId)}`;
const right = (applicationId: string, rightId: string): string =>
  `${application(applicationId)}/rights/${part(rightId)}`;
const decisionSubject = (applicationId: string, type: string, id: string): string =>
  `${application(applicationId)}/rights-model/subjects/${part(type)}/${part(id)}`;
const decisionRecord = (applicationId: string, type: string, id: string): string =>
  `${application(applicationId)}/rights-model/records/${part(type)}/${part(id)}`;
const offer = (applicationId: string, offerId: string): string =>
  `${application(applicationId)}/offers/${part(offerId)}`;

export const paths = {
  home: (): string => '/',
  /** What ends within a month, wherever one administers. */
  endingSoon: (): string => '/ending-soon',
  exportEndingSoon: (): string => '/ending-soon.csv',
  preferences: (): string => '/preferences',
  signIn: (): string => '/sign-in',
  signOut: (): string => '/sign-out',

  myAccess: (): string => '/me/access',
  exportMyAccess: (): string => '/me/access.csv',
  mySessions: (): string => '/me/sessions',
  endSession: (sessionId: string): string => `/me/sessions/${part(sessionId)}/end`,
  myAccount: (): string => '/me/account',
  invitation: (token: string): string => `/invitations/${part(token)}`,
  forgottenPassword: (): string => '/password-reset',
  passwordReset: (token: string): string => `/password-resets/${part(token)}`,

  organisations: (): string => '/organisations',
  exportOrganisations: (): string => '/organisations.csv',
  newOrganisation: (): string => '/organisations/new',
  organisation,
  editOrganisation: (organisationId: string): string => `${organisation(organisationId)}/edit`,
  endOrganisation: (organisationId: string): string => `${organisation(organisationId)}/end`,
  exportUnits: (organisationId: string): string => `${organisation(organisationId)}/units.csv`,
  units: (organisationId: string): string => `${organisation(organisationId)}/units`,
  editUnit: (organisationId: string, unitId: string): string =>
    `${organisation(organisationId)}/units/${part(unitId)}/edit`,
  endUnit: (organisationId: string, unitId: string): string =>
    `${organisation(organisationId)}/units/${part(unitId)}/end`,
  administrators: (organisationId: string): string => `${organisation(organisationId)}/administrators`,
  newAdministrator: (organisationId: string): string => `${organisation(organisationId)}/administrators/new`,
  applicationAdministrators: (applicationId: string): string =>
    `${application(applicationId)}/administrators`,
  siteAdministrators: (): string => '/administrators',
  /** `list` is one of the three above. */
  exportAdministrators: (list: string): string => `${list}.csv`,
  appoint: (list: string): string => `${list}/new`,
  editAdministration: (list: string, administrationId: string): string =>
    `${list}/${part(administrationId)}/edit`,
  undoAdministration: (list: string, administrationId: string): string =>
    `${list}/${part(administrationId)}/undo`,
  endAdministration: (list: string, administrationId: string): string =>
    `${list}/${part(administrationId)}/end`,
  exportOfferedRights: (organisationId: string): string =>
    `${organisation(organisationId)}/offered-rights.csv`,
  offeredRights: (organisationId: string): string => `${organisation(organisationId)}/offered-rights`,

  targetGroups: (): string => '/target-groups',
  exportTargetGroups: (): string => '/target-groups.csv',
  newTargetGroup: (): string => '/target-groups/new',
  editTargetGroup: (targetGroupId: string): string => `/target-groups/${part(targetGroupId)}/edit`,

  people: (organisationId: string): string => `${organisation(organisationId)}/people`,
  exportPeople: (organisationId: string): string => `${organisation(organisationId)}/people.csv`,
  newPerson: (organisationId: string): string => `${organisation(organisationId)}/people/new`,
  person,
  editPerson: (organisationId: string, personId: string): string =>
    `${person(organisationId, personId)}/edit`,
  invitePerson: (organisationId: string, personId: string): string =>
    `${person(organisationId, personId)}/invitation`,
  disablePerson: (organisationId: string, personId: string): string =>
    `${person(organisationId, personId)}/disable`,
  enablePerson: (organisationId: string, personId: string): string =>
    `${person(organisationId, personId)}/enable`,

  newAffiliation: (organisationId: string, personId: string): string =>
    `${person(organisationId, personId)}/affiliations/new`,
  affiliation,
  editAffiliation: (organisationId: string, personId: string, id: string): string =>
    `${affiliation(organisationId, personId, id)}/edit`,
  endAffiliation: (organisationId: string, personId: string, id: string): string =>
    `${affiliation(organisationId, personId, id)}/end`,
  undoAffiliation: (organisationId: string, personId: string, id: string): string =>
    `${affiliation(organisationId, personId, id)}/undo`,

  assignments: (organisationId: string, personId: string): string =>
    `${person(organisationId, personId)}/assignments`,
  newAssignment: (organisationId: string, personId: string): string =>
    `${person(organisationId, personId)}/assignments/new`,
  checkAssignment: (organisationId: string, personId: string): string =>
    `${person(organisationId, personId)}/assignments/check`,
  assignment,
  editAssignment: (organisationId: string, personId: string, id: string): string =>
    `${assignment(organisationId, personId, id)}/edit`,
  endAssignment: (organisationId: string, personId: string, id: string): string =>
    `${assignment(organisationId, personId, id)}/end`,
  undoAssignment: (organisationId: string, personId: string, id: string): string =>
    `${assignment(organisationId, personId, id)}/undo`,

  applications: (): string => '/applications',
  exportApplications: (): string => '/applications.csv',
  newApplication: (): string => '/applications/new',
  application,
  editApplication: (applicationId: string): string => `${application(applicationId)}/edit`,
  rights: (applicationId: string): string => `${application(applicationId)}/rights`,
  exportRights: (applicationId: string): string => `${application(applicationId)}/rights.csv`,
  newRight: (applicationId: string): string => `${application(applicationId)}/rights/new`,
  right,
  editRight: (applicationId: string, rightId: string): string => `${right(applicationId, rightId)}/edit`,
  offers: (applicationId: string): string => `${application(applicationId)}/offers`,
  offersExport: (applicationId: string): string => `${application(applicationId)}/offers.csv`,
  newOffer: (applicationId: string): string => `${application(applicationId)}/offers/new`,
  offer,
  editOffer: (applicationId: string, offerId: string): string => `${offer(applicationId, offerId)}/edit`,
  undoOffer: (applicationId: string, offerId: string): string => `${offer(applicationId, offerId)}/undo`,
  endOffer: (applicationId: string, offerId: string): string => `${offer(applicationId, offerId)}/end`,
  holders: (applicationId: string): string => `${application(applicationId)}/holders`,
  holdersExport: (applicationId: string): string => `${application(applicationId)}/holders.csv`,
  endApplication: (applicationId: string): string => `${application(applicationId)}/end`,
  endRight: (applicationId: string, rightId: string): string => `${right(applicationId, rightId)}/end`,
  newClient: (applicationId: string): string => `${application(applicationId)}/clients/new`,
  editClient: (applicationId: string, clientId: string): string =>
    `${application(applicationId)}/clients/${part(clientId)}/edit`,
  rotateClientSecret: (applicationId: string, clientId: string): string =>
    `${application(applicationId)}/clients/${part(clientId)}/secret`,
  clients: (applicationId: string): string => `${application(applicationId)}/clients`,
  exportClients: (applicationId: string): string => `${application(applicationId)}/clients.csv`,
  rightsModel: (applicationId: string): string => `${application(applicationId)}/rights-model`,
  rightsModelVersion: (applicationId: string, version: string): string =>
    `${application(applicationId)}/rights-model?version=${encodeURIComponent(version)}`,
  compareRightsModels: (applicationId: string, from?: number, to?: number): string =>
    `${application(applicationId)}/rights-model/compare${from && to ? `?from=${from}&to=${to}` : ''}`,
  rightsModelGrid: (applicationId: string, form: string, grid: string): string =>
    `${application(applicationId)}/rights-model/forms/${part(form)}/${part(grid)}`,
  rightsModelDocument: (applicationId: string): string =>
    `${application(applicationId)}/rights-model/document`,
  askDecisions: (applicationId: string): string => `${application(applicationId)}/rights-model/questions`,
  decisionSample: (applicationId: string): string => `${application(applicationId)}/rights-model/sample`,
  exportDecisionSample: (applicationId: string): string =>
    `${application(applicationId)}/rights-model/sample.csv`,
  decisionSampleTrace: (applicationId: string): string =>
    `${application(applicationId)}/rights-model/sample/trace`,
  decisionClients: (applicationId: string): string => `${application(applicationId)}/rights-model/clients`,
  decisionClient: (applicationId: string, clientId: string): string =>
    `${application(applicationId)}/rights-model/clients/${part(clientId)}`,
  decisionSubjects: (applicationId: string): string => `${application(applicationId)}/rights-model/subjects`,
  exportDecisionSubjects: (applicationId: string): string =>
    `${application(applicationId)}/rights-model/subjects.csv`,
  newDecisionSubject: (applicationId: string): string =>
    `${application(applicationId)}/rights-model/subjects/new`,
  decisionSubject,
  newSubjectGroup: (applicationId: string, type: string, id: string): string =>
    `${decisionSubject(applicationId, type, id)}/groups/new`,
  newSubjectMember: (applicationId: string, type: string, id: string, list: string): string =>
    `${decisionSubject(applicationId, type, id)}/lists/${part(list)}/new`,
  subjectEntry: (applicationId: string, type: string, id: string, entry: string): string =>
    `${decisionSubject(applicationId, type, id)}/entries/${part(entry)}`,
  endSubjectEntry: (applicationId: string, type: string, id: string, entry: string): string =>
    `${decisionSubject(applicationId, type, id)}/entries/${part(entry)}/end`,
  subjectAttribute: (applicationId: string, type: string, id: string, name: string): string =>
    `${decisionSubject(applicationId, type, id)}/attributes/${part(name)}`,
  clearSubjectAttribute: (applicationId: string, type: string, id: string, name: string): string =>
    `${decisionSubject(applicationId, type, id)}/attributes/${part(name)}/clear`,
  removeDecisionSubject: (applicationId: string, type: string, id: string): string =>
    `${decisionSubject(applicationId, type, id)}/remove`,
  undoDecisionSubject: (applicationId: string, type: string, id: string): string =>
    `${decisionSubject(applicationId, type, id)}/undo`,
  decisionRecords: (applicationId: string): string => `${application(applicationId)}/rights-model/records`,
  exportDecisionRecords: (applicationId: string): string =>
    `${application(applicationId)}/rights-model/records.csv`,
  decisionRecord,
  recordAttribute: (applicationId: string, type: string, id: string, name: string): string =>
    `${decisionRecord(applicationId, type, id)}/attributes/${part(name)}`,
  clearRecordAttribute: (applicationId: string, type: string, id: string, name: string): string =>
    `${decisionRecord(applicationId, type, id)}/attributes/${part(name)}/clear`,
  recordAccessList: (applicationId: string, type: string, id: string): string =>
    `${decisionRecord(applicationId, type, id)}/access-list`,
  clearRecordAccessList: (applicationId: string, type: string, id: string): string =>
    `${decisionRecord(applicationId, type, id)}/access-list/clear`,
  undoDecisionRecord: (applicationId: string, type: string, id: string): string =>
    `${decisionRecord(applicationId, type, id)}/undo`,
  rightsModelPreview: (applicationId: string): string => `${application(applicationId)}/rights-model/preview`,
  publishRightsModel: (applicationId: string): string => `${application(applicationId)}/rights-model/publish`,
  undoRightsModel: (applicationId: string): string => `${application(applicationId)}/rights-model/undo`,
  beginRightsModel: (applicationId: string): string => `${application(applicationId)}/rights-model/begin`,
  rightsModelStructure: (applicationId: string): string =>
    `${application(applicationId)}/rights-model/structure`,
  rightsModelPart: (applicationId: string, partId: string): string =>
    `${application(applicationId)}/rights-model/structure/${part(partId)}`,
  addToRightsModel: (applicationId: string, partId: string): string =>
    `${application(applicationId)}/rights-model/structure/${part(partId)}/add`,
  rightsModelItem: (applicationId: string, partId: string, key: string): string =>
    `${application(applicationId)}/rights-model/structure/${part(partId)}/items/${part(key)}`,
  moveRightsModelItem: (applicationId: string, partId: string, key: string): string =>
    `${application(applicationId)}/rights-model/structure/${part(partId)}/items/${part(key)}/move`,
  removeRightsModelItem: (applicationId: string, partId: string, key: string): string =>
    `${application(applicationId)}/rights-model/structure/${part(partId)}/items/${part(key)}/remove`,
  discardRightsModel: (applicationId: string): string => `${application(applicationId)}/rights-model/discard`,

  audit: (): string => '/audit',
  auditExport: (): string => '/audit/export.csv',
  auditEvent: (eventId: string): string => `/audit/${part(eventId)}`,
  /** Demo mode only: what would have been mailed. */
  sentMail: (): string => '/demo/mail',
  sentMailItem: (mailId: string): string => `/demo/mail/${part(mailId)}`,
} as const;
