// What the composition root and the pages of other modules may use of the portal.
import './portal.request.ts';
export { portalEdge, requireActor, requirePower } from './portal.actor.ts';
export { createAccountRoutes } from './portal.account.routes.ts';
export { createMeRoutes } from './portal.me.routes.ts';
export { createPortalSessionRoutes, type PortalDeps } from './portal.routes.ts';
