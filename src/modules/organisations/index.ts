// What other modules and the composition root may use of organisations.
export * from './identifiers.model.ts';
export * from './organisations.model.ts';
