// What other modules and the composition root may use of the OpenID provider.
export {
  backchannelLogoutKind,
  deliverBackchannelLogout,
  logoutMessage,
  type DeliverableLogout,
} from './provider.backchannel.ts';
export { authenticateCaller, claimedClientId, type CallingClient } from './provider.caller.ts';
export {
  createProvider,
  validateClientMetadata,
  type ProviderHandle,
  type ProviderOptions,
} from './provider.instance.ts';
export { createInteractionRoutes, type InteractionDeps } from './provider.interactions.ts';
export { announceEnds } from './provider.ends.ts';
export {
  algorithms,
  ensureKeys,
  listKeys,
  listPublicKeys,
  rotateKeys,
  type KeySummary,
} from './provider.keys.ts';
export { portalClientId, portalClientSecret } from './provider.portal-client.ts';
export { resealKeys } from './provider.reseal.ts';
export { revokeAccess } from './provider.revocation.ts';
export {
  endSessionsOf,
  listSessionsOf,
  type PersonSession,
  type WhichSessions,
} from './provider.sessions.ts';
export { signStatement } from './provider.statement.ts';
export { sweepExpired } from './provider.sweep.ts';
