// What other modules and the composition root may use of affiliations.
export * from './affiliations.model.ts';
export * from './affiliations.commands.ts';
export { endCarried, loadCarried } from './affiliations.carried.ts';
export { undoEndAffiliation } from './affiliations.undo.ts';
export { offerUndoOfAdding, undoAddAffiliation, undoChangeAffiliation } from './affiliations.undo-change.ts';
export { mayGiveAffiliation } from './affiliations.policy.ts';
export { insertAffiliation } from './affiliations.write.ts';
export { undoFlash } from './affiliations.page.ts';
export { affiliationFields, affiliationShape, detailsFrom, unitOptions } from './affiliations.forms.ts';
export { createAffiliationRoutes } from './affiliations.routes.ts';
