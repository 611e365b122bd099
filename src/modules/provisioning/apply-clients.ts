// Applies the clients of applications. Their secrets are made in the portal, never in a file.
import { sql } from 'kysely';
import type { ClaimsIn } from '../../platform/db/types.ts';
import { isAppError } from '../../platform/errors.ts';
import { portalClientId } from '../applications/index.ts';
import type { Row } from './bulk.ts';
import { inside, type Declared } from './problems.ts';
import type { DeclaredValue } from './provisioning.format.ts';
import { reconcile, type Item } from './reconcile.ts';
import { declareOnce, writtenOrStored, type Run } from './run.ts';

const clientTable = {
  table: 'client',
  columns: {
    id: 'text',
    application_id: 'uuid',
    name: 'text',
    metadata: 'jsonb',
    secrets: 'jsonb',
    claims_in: 'jsonb',
    pkce_required: 'boolean',
    disabled_at: 'timestamptz',
    version: 'integer',
  },
};

const allClaims: ClaimsIn = { idToken: true, userinfo: true, accessToken: true, introspection: true };

/** The clients of one application. */
export async function applyClients(
  run: Run,
  declared: Declared<DeclaredValue<'applications'>>,
  applicationId: string,
): Promise<void> {
  const clients = declared.value.clients ?? [];
  if (clients.length === 0) return;
  const { rows } = await sql<Row & { id: string; version: number }>`
    select id, application_id, name, metadata, secrets, claims_in, pkce_required, disabled_at, version
    from client where id = any(${clients.map((client) => client.id)}::text[])`.execute(run.change.trx);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const items: Item[] = [];
  for (const [index, value] of clients.entries()) {
    const client = inside(declared, ['clients', index], value);
    const existing = byId.get(value.id);
    if (!declareOnce(run, client, `client ${value.id}`)) continue;
    const isElsewhere = existing !== undefined && existing['application_id'] !== applicationId;
    if (isElsewhere || value.id === portalClientId) {
      run.problems.report(client, ['id'], 'client_id_taken');
      continue;
    }
    const name = writtenOrStored(run, client, 'name', value.name, existing?.['name']);
    const metadata = writtenOrStored(run, client, 'metadata', value.metadata, existing?.['metadata']);
    if (name === undefined || metadata === undefined) continue;
    if (value.metadata && (await hasBadMetadata(run, client, value.id, value.metadata))) continue;
    items.push({
      declared: client,
      key: `client ${value.id}`,
      label: value.id,
      existing,
      about: { applicationId },
      row: {
        id: value.id,
        application_id: applicationId,
        name,
        metadata,
        claims_in: { ...((existing?.['claims_in'] as ClaimsIn | undefined) ?? allClaims), ...value.claimsIn },
        pkce_required: value.pkceRequired ?? existing?.['pkce_required'] ?? true,
        secrets: existing?.['secrets'] ?? [],
        disabled_at: existing?.['disabled_at'] ?? null,
        version: existing?.version ?? 1,
      },
    });
  }
  await reconcile(run, items, {
    noun: 'clients',
    shape: clientTable,
    subjectType: 'client',
    created: 'client.created',
    changed: 'client.changed',
    fields: [
      { name: 'id', column: 'id' },
      { name: 'name', column: 'name' },
      { name: 'metadata', column: 'metadata' },
      { name: 'claimsIn', column: 'claims_in' },
      { name: 'pkceRequired', column: 'pkce_required' },
    ],
  });
}

async function hasBadMetadata(
  run: Run,
  client: Declared<unknown>,
  id: string,
  metadata: Record<string, unknown>,
): Promise<boolean> {
  const secret = ['client_secret', 'client_id'].find((name) => name in metadata);
  if (secret !== undefined) {
    run.problems.report(client, ['metadata', secret], 'client_metadata_reserved', { name: secret });
    return true;
  }
  try {
    await run.options.validateClientMetadata?.({ client_id: id, ...metadata });
    return false;
  } catch (error) {
    if (!isAppError(error)) throw error;
    run.problems.report(client, ['metadata'], error.code, error.params);
    return true;
  }
}
