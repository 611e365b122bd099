// What other modules and the composition root may use of people.
export * from './people.model.ts';
export * from './one-time-links.ts';
