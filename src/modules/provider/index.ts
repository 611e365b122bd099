// What other modules and the composition root may use of the OpenID provider.
export {
  backchannelLogoutKind,
  deliverBackchannelLogout,
  logoutMessage,
  type DeliverableLogout,
} from './provider.backchannel.ts';
export {
  createProvider,
  validateClientMetadata,
  type ProviderHandle,
  type ProviderOptions,
} from './provider.instance.ts';
export { createInteractionRoutes, type InteractionDeps } from './provider.interactions.ts';
export { algorithms, ensureKeys, listKeys, rotateKeys, type KeySummary } from './provider.keys.ts';
export { revokeAccess } from './provider.revocation.ts';
export { sweepExpiredRows } from './provider.storage.ts';
