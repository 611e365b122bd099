// The OAuth clients of an application and their secrets. A secret is shown once, kept as a digest, and replaced with
// an overlap, so that the application can be given the new one without a gap.
import type { Change, Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import { hashToken, randomToken } from '../../platform/crypto.ts';
import type { ClaimsIn, ClientSecret } from '../../platform/db/types.ts';
import { AppError, invalidFields, isAppError } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { refuseStale } from '../../platform/stale.ts';
import { loadActingActor, type Actor } from '../administration/index.ts';
import { requireApplication } from '../rights/index.ts';
import { portalClientId, usesSecret } from './applications.model.ts';
import { getClient } from './applications.queries.ts';

/**
 * Passes when the provider would accept the metadata. Given by the provider's module.
 * @throws AppError invalid_fields
 */
export type ClientMetadataCheck = (metadata: Readonly<Record<string, unknown>>) => Promise<void>;

export interface ClientInput {
  readonly applicationId: string;
  readonly clientId: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly claimsIn: ClaimsIn;
  readonly pkceRequired: boolean;
}

/** How long the old secret stays good next to the new one. */
export const secretOverlapHours = 72;

/**
 * Registers a client. @returns `secret`, once, when it signs in with one.
 * @throws application_not_found; not_allowed; client_id_taken (conflict); invalid_fields
 */
export async function createClient(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: ClientInput,
  checkMetadata: ClientMetadataCheck,
): Promise<{ secret?: string | undefined }> {
  const attempt = factOf('client.created', input);
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    await requireApplication(change.trx, acting, 'application.change', input.applicationId);
    if (input.clientId === portalClientId)
      throw new AppError('conflict', 'client_id_taken', {
        fields: { clientId: { code: 'client_id_taken' } },
      });
    await requireMetadata(input, checkMetadata);
    const secret = usesSecret(input.metadata) ? newSecret(change.at) : undefined;
    const { clientId, applicationId, name, pkceRequired } = input;
    await change.trx
      .insertInto('client')
      .values({
        id: clientId,
        application_id: applicationId,
        name,
        pkce_required: pkceRequired,
        disabled_at: null,
        metadata: JSON.stringify(input.metadata),
        claims_in: JSON.stringify(input.claimsIn),
        secrets: JSON.stringify(secret ? [secret.stored] : []),
      })
      .execute();
    change.record({
      ...attempt,
      after: { name, metadata: input.metadata, claimsIn: input.claimsIn, pkceRequired },
    });
    return { secret: secret?.plain };
  });
}

/**
 * Changes a client. @throws client_not_found; not_allowed; stale_edit; invalid_fields
 * @returns `secret` when it starts to sign in with one.
 */
export async function changeClient(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: ClientInput & { readonly version: number; readonly disabled: boolean },
  checkMetadata: ClientMetadataCheck,
): Promise<{ secret?: string | undefined }> {
  const attempt = factOf('client.changed', input);
  return runCommand(site, origin, attempt, async (change) => {
    const standing = await lockClient(change, actor, input);
    refuseStale(standing, input.version);
    await requireMetadata(input, checkMetadata);
    const first =
      usesSecret(input.metadata) && standing.secrets.length === 0 ? newSecret(change.at) : undefined;
    const disabledAt = input.disabled ? (standing.disabledAt ?? change.at) : null;
    await change.trx
      .updateTable('client')
      .set((eb) => ({
        name: input.name,
        pkce_required: input.pkceRequired,
        disabled_at: disabledAt,
        metadata: JSON.stringify(input.metadata),
        claims_in: JSON.stringify(input.claimsIn),
        ...(first ? { secrets: JSON.stringify([first.stored]) } : {}),
        ...(usesSecret(input.metadata) ? {} : { secrets: '[]' }),
        version: eb('version', '+', 1),
      }))
      .where('id', '=', input.clientId)
      .execute();
    if (input.disabled && standing.disabledAt === null)
      change.accessEnded({ applicationId: input.applicationId, clientId: input.clientId });
    const { name, metadata, claimsIn, pkceRequired } = standing;
    const before = { name, metadata, claimsIn, pkceRequired, disabled: standing.disabledAt !== null };
    const after = {
      name: input.name,
      metadata: input.metadata,
      claimsIn: input.claimsIn,
      pkceRequired: input.pkceRequired,
    };
    change.record({ ...attempt, before, after: { ...after, disabled: input.disabled } });
    return { secret: first?.plain };
  });
}

/**
 * Makes a new secret; those before it stop after the overlap, or at once when they leaked.
 * @returns the secret, once. @throws client_not_found; not_allowed; stale_edit; client_without_secret (conflict)
 */
export async function rotateClientSecret(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: { applicationId: string; clientId: string; version: number; endOldNow: boolean },
): Promise<{ secret: string }> {
  const attempt = factOf('client.secret_rotated', input);
  return runCommand(site, origin, attempt, async (change) => {
    const standing = await lockClient(change, actor, input);
    refuseStale(standing, input.version);
    if (!usesSecret(standing.metadata)) throw new AppError('conflict', 'client_without_secret');
    const { plain, stored } = newSecret(change.at);
    const overlapEnd = new Date(change.at.getTime() + (input.endOldNow ? 0 : secretOverlapHours * 3_600_000));
    const row = await change.trx
      .selectFrom('client')
      .select('secrets')
      .where('id', '=', input.clientId)
      .executeTakeFirstOrThrow();
    const old = row.secrets.flatMap((secret) => endingBy(secret, overlapEnd, change.at));
    await change.trx
      .updateTable('client')
      .set((eb) => ({ secrets: JSON.stringify([stored, ...old]), version: eb('version', '+', 1) }))
      .where('id', '=', input.clientId)
      .execute();
    change.record({ ...attempt, after: { oldSecretsEndAt: overlapEnd } });
    return { secret: plain };
  });
}

const factOf = (action: string, input: { applicationId: string; clientId: string }) => ({
  action,
  subjectType: 'client',
  subjectId: input.clientId,
  applicationId: input.applicationId,
});

function newSecret(at: Date): { plain: string; stored: ClientSecret } {
  const plain = randomToken();
  return {
    plain,
    stored: { hash: hashToken(plain).toString('hex'), createdAt: at.toISOString(), expiresAt: null },
  };
}

/** The secret with its end brought forward; nothing when it is over. */
function endingBy(secret: ClientSecret, end: Date, at: Date): ClientSecret[] {
  const expiresAt =
    secret.expiresAt === null || new Date(secret.expiresAt) > end ? end : new Date(secret.expiresAt);
  return expiresAt > at ? [{ ...secret, expiresAt: expiresAt.toISOString() }] : [];
}

async function requireMetadata(input: ClientInput, check: ClientMetadataCheck): Promise<void> {
  if (!/^[A-Za-z0-9._~-]{1,128}$/.test(input.clientId)) throw invalidFields({ clientId: 'invalid_value' });
  const secretIn = ['client_secret', 'client_id'].find((name) => name in input.metadata);
  if (secretIn) throw invalidFields({ metadata: 'invalid_value' });
  try {
    await check(input.metadata);
  } catch (error) {
    if (isAppError(error)) throw error;
    // The provider's library says what is wrong in English, with the member's name: for whoever sets the client up.
    const { error_description: described } = error as { error_description?: string };
    if (described === undefined) throw error;
    throw invalidFields({
      [fieldNamedIn(described)]: { code: 'client_metadata_refused', params: { reason: described } },
    });
  }
}

async function lockClient(change: Change, actor: Actor, input: { applicationId: string; clientId: string }) {
  const acting = await loadActingActor(change, actor.personId);
  await requireApplication(change.trx, acting, 'application.change', input.applicationId);
  await change.trx.selectFrom('client').select('id').where('id', '=', input.clientId).forUpdate().execute();
  return getClient(change.trx, input.applicationId, input.clientId);
}

const fieldOfMember: Readonly<Record<string, string>> = {
  redirect_uris: 'redirectUris',
  post_logout_redirect_uris: 'postLogoutRedirectUris',
  backchannel_logout_uri: 'backchannelLogoutUri',
  jwks_uri: 'jwksUri',
  jwks: 'jwks',
  resource_identifiers: 'resourceIdentifiers',
  token_endpoint_auth_method: 'method',
};

/** The field of the form that a refusal begins with the name of. */
function fieldNamedIn(description: string): string {
  return fieldOfMember[description.split(/\s/, 1)[0] ?? ''] ?? 'metadata';
}
