// What an authorization request writes (grant, code, session, and the step it ends) is gathered while the library works
// and written in one statement before it answers: all of it stands then, or none.
import { Provider, type AdapterPayload } from 'oidc-provider';
import type { Database } from '../../platform/db/open.ts';
import { stateOf } from './provider.request-state.ts';

/** The columns of a protocol row, as the statements take them. */
export interface ProtocolRow {
  readonly model: string;
  readonly id: string;
  readonly payload: AdapterPayload;
  readonly grant_id: string | null;
  readonly uid: string | null;
  readonly account_id: string | null;
  readonly client_id: string | null;
  readonly expires_at: Date | null;
}

export interface GatheredWrites {
  /** By model and identifier: what is saved twice is written once, as it was last. */
  readonly saved: Map<string, ProtocolRow>;
  readonly removed: Map<string, { readonly model: string; readonly id: string }>;
}

const gatheredModels = new Set(['Grant', 'AuthorizationCode', 'Session', 'Interaction']);
const gatheringRoutes = new Set(['authorization', 'resume']);

export const rowKey = (model: string, id: string): string => `${model}:${id}`;

/** Where a write of the present request has to wait; undefined when it is done at once. */
export function gatheredFor(model: string): GatheredWrites | undefined {
  const { ctx } = Provider;
  if (!ctx || !gatheredModels.has(model) || !gatheringRoutes.has(ctx.oidc.route)) return undefined;
  return (stateOf(ctx).gathered ??= { saved: new Map(), removed: new Map() });
}

const columns = 'model, id, payload, grant_id, uid, account_id, client_id, expires_at';
const replace = `payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
  account_id = excluded.account_id, client_id = excluded.client_id, expires_at = excluded.expires_at`;

/** Two tabs may save one session at the same moment: what each of them added for its own application is kept. */
export const mergeSession = `on conflict (model, uid) where uid is not null do update set
  id = excluded.id, account_id = excluded.account_id, expires_at = excluded.expires_at,
  payload = case when oidc_payload.account_id = excluded.account_id and excluded.payload ? 'authorizations'
    then jsonb_set(excluded.payload, '{authorizations}',
      coalesce(oidc_payload.payload -> 'authorizations', '{}') || (excluded.payload -> 'authorizations'))
    else excluded.payload end`;

// A session that gets a new identifier keeps its row, which is found by its uid: only other rows are removed.
const together = `with saved as materialized (
    select * from jsonb_to_recordset($1::jsonb) as saved(model text, id text, payload jsonb, grant_id text, uid text,
      account_id text, client_id text, expires_at timestamptz)
  ), choice as (
    insert into acting_choice (grant_id, person_id, client_id, organisation_id, chosen_at)
    select id, account_id::uuid, client_id, (payload ->> 'organisationId')::uuid, $4::timestamptz
    from saved where model = 'Grant' on conflict (grant_id) do nothing
  ), grants as (
    insert into oidc_payload (${columns}) select ${columns} from saved where model = 'Grant'
    on conflict (model, id) do update set ${replace}
  ), sessions as (
    insert into oidc_payload (${columns}) select ${columns} from saved where model = 'Session' ${mergeSession}
  ), steps as (
    insert into oidc_step (${columns}) select ${columns} from saved where model not in ('Grant', 'Session')
    on conflict (model, id) do update set ${replace}
  ), removed_sessions as (
    delete from oidc_payload where model = 'Session' and id = any($2::text[])
      and uid not in (select uid from saved where model = 'Session')
  ), removed_steps as (
    delete from oidc_step where model = 'Interaction' and id = any($3::text[])
  ) select set_config('synchronous_commit', 'off', true)`;

/** Writes what was gathered. A single row is written by `saveOne`, whose statement is the smaller one. */
export async function writeGathered(
  db: Database,
  { saved, removed }: GatheredWrites,
  at: Date,
  saveOne: (row: ProtocolRow) => Promise<void>,
): Promise<void> {
  const rows = [...saved.values()];
  const [only] = rows;
  if (only && rows.length === 1 && removed.size === 0) return saveOne(only);
  if (rows.length + removed.size === 0) return;
  const idsOf = (model: string) =>
    [...removed.values()].filter((one) => one.model === model).map(({ id }) => id);
  await db.query(together, [JSON.stringify(rows), idsOf('Session'), idsOf('Interaction'), at]);
}
