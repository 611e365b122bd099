// What other modules and the composition root may use of applications.
export type { ApplicationInput } from './applications.commands.ts';
export type { ClientInput, ClientMetadataCheck } from './applications.clients.ts';
export type { Application, Client } from './applications.model.ts';
export { changeClient, createClient, rotateClientSecret } from './applications.clients.ts';
export { changeApplication, checkRoles, createApplication, endApplication } from './applications.commands.ts';
export { clientKindOf, isRoleTemplate, portalClientId, usesSecret } from './applications.model.ts';
export {
  getApplication,
  getVisibleApplication,
  listApplications,
  listClientsOf,
} from './applications.queries.ts';
export { createApplicationRoutes } from './applications.routes.ts';
export type { ClientRouteDeps } from './clients.routes.ts';
