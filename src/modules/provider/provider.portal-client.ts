// The portal as a client of its own provider: known from the configuration alone, so that it works before the first
// organisation exists and cannot be broken from inside the portal.
import type { AdapterPayload } from 'oidc-provider';
import { hashToken } from '../../platform/crypto.ts';
import type { Site } from '../../platform/site.ts';
import { portalClientId } from '../applications/index.ts';
import type { ClientApplication } from './provider.clients.ts';

export { portalClientId };

/** No application has this id: nobody can hold rights in the portal, which goes by administrations. */
const noApplication = '00000000-0000-0000-0000-000000000000';

/**
 * The same in every process, never stored. Made with the key that is never rotated: while SECRET_KEYS is replaced
 * process by process, those with the old and with the new first key must still agree.
 */
export function portalClientSecret(site: Pick<Site, 'secrets'>): string {
  return site.secrets.blindIndex('client secret', portalClientId).toString('base64url');
}

export function portalClientMetadata(site: Pick<Site, 'config' | 'secrets'>): AdapterPayload {
  const { issuer } = site.config;
  const application: ClientApplication = {
    applicationId: noApplication,
    applicationCode: 'mandaat',
    applicationNames: { en: 'Mandaat', nl: 'Mandaat', fr: 'Mandaat', de: 'Mandaat' },
    homeUrl: `${issuer}/`,
    ownerOrganisationId: noApplication,
    hasRights: false,
    roleTemplate: '{right}',
    roleClaim: 'roles',
    claimsIn: { idToken: false, userinfo: false, accessToken: false, introspection: false },
    pkceRequired: true,
    secrets: [{ hash: hashToken(portalClientSecret(site)).toString('hex'), createdAt: '', expiresAt: null }],
    validUntil: null,
  };
  return {
    client_id: portalClientId,
    client_name: 'Mandaat',
    client_secret: 'compared by digest',
    redirect_uris: [`${issuer}/callback`],
    post_logout_redirect_uris: [`${issuer}/signed-out`],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    id_token_signed_response_alg: 'ES256',
    backchannel_logout_uri: `${issuer}/backchannel-logout`,
    backchannel_logout_session_required: true,
    scope: 'openid',
    mandaat: application,
  };
}
