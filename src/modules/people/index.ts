// What other modules and the composition root may use of people.
export * from './people.model.ts';
export * from './one-time-links.ts';
export * from './people.identifiers.ts';
export { inviteAgain } from './people.invitation.ts';
export { addPerson, type AddedPerson, type NewPerson } from './people.adding.ts';
export {
  changePerson,
  disablePerson,
  enablePerson,
  resendInvitation,
  type PersonChange,
} from './people.commands.ts';
export { changeOwnLanguage } from './people.own.ts';
export * from './people.list.ts';
export { resealIdentifiers } from './people.reseal.ts';
export type { ListedAffiliation, ListedPerson } from './people.listed.ts';
export * from './people.queries.ts';
export { createOverviewRoutes } from './overview.routes.ts';
export { createPeopleRoutes } from './people.routes.ts';
