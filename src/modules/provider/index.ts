// What other modules and the composition root may use of the OpenID provider.
export { revokeAccess } from './provider.revocation.ts';
