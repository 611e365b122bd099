// What other modules and the composition root may use of affiliations.
export * from './affiliations.model.ts';
