// What other modules may use of rights and offers.
export type { ContextDefinition, ContextOption } from './rights.context.ts';
export type { ContextInput } from './rights.contexts.ts';
export type { Offer, OfferedRight, Right } from './rights.model.ts';
export type { CreateOffer, OfferTerms } from './offers.commands.ts';
export type { RightInput } from './rights.commands.ts';
export { changeOffer, createOffer, endOffer, undoEndOffer } from './offers.commands.ts';
export { refuseOwnBenefit, requireApplication } from './rights.access.ts';
export { changeRight, createRight, endRight } from './rights.commands.ts';
export { canonicalContext, checkContext } from './rights.context.ts';
export { isSafePattern } from './rights.pattern.ts';
export { checkDefinitions, writeContexts } from './rights.contexts.ts';
export { nameIn } from './rights.model.ts';
export {
  findOffer,
  findRight,
  findRights,
  listOffersFor,
  listOffersOf,
  listRightsOf,
  listUnitCodes,
} from './rights.queries.ts';
export { applicationHeader, loadPlace, type Place } from './rights.place.ts';
export { createOfferRoutes } from './offers.routes.ts';
export { createRightRoutes } from './rights.routes.ts';
export { findNamedOrganisation } from './rights.queries.ts';
