// Reads which client of an application may ask what.
import type { DecisionPower, Reader } from '../../../platform/db/types.ts';

export interface AskingClient {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly powers: readonly DecisionPower[];
  /** Cannot prove itself, so that it cannot ask. */
  readonly isPublic: boolean;
}

/** Clients that are not disabled, by name. */
export async function listAskingClients(reader: Reader, applicationId: string): Promise<AskingClient[]> {
  const rows = await reader
    .selectFrom('client')
    .select(['id', 'name', 'version', 'decision_powers', 'metadata'])
    .where('application_id', '=', applicationId)
    .where('disabled_at', 'is', null)
    .orderBy('name')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    version: row.version,
    powers: row.decision_powers,
    isPublic: row.metadata['token_endpoint_auth_method'] === 'none',
  }));
}
