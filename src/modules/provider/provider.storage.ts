// Where the OpenID library keeps its sessions, grants and tokens: two tables, one prepared statement per operation.
// Consuming is atomic here, because the library itself reads, decides and only then writes.
import { errors, Provider, type Adapter, type AdapterPayload } from 'oidc-provider';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/open.ts';

type Table = 'oidc_payload' | 'oidc_step';

interface Row {
  payload: AdapterPayload;
  consumed_at: Date | null;
}

/** Steps of a sign-in, lost without harm when the database server crashes: kept out of its write-ahead log. */
const stepModels = new Set(['Interaction', 'AuthorizationCode', 'PushedAuthorizationRequest']);

const tableOf = (model: string): Table => (stepModels.has(model) ? 'oidc_step' : 'oidc_payload');

// Losing the last half second of tokens in a crash of the server only means signing in again, so that these rows do
// not wait for the disk. The setting ends with the statement's own transaction.
const withoutWaiting = `(select set_config('synchronous_commit', 'off', true)) as waiting`;

const insertInto = (table: Table): string => `insert into ${table}
  (model, id, payload, grant_id, uid, account_id, client_id, expires_at)
  select $1::text, $2::text, $3::jsonb, $4::text, $5::text, $6::text, $7::text, $8::timestamptz from ${withoutWaiting}`;

const replace = `payload = excluded.payload, grant_id = excluded.grant_id, account_id = excluded.account_id,
  client_id = excluded.client_id, expires_at = excluded.expires_at`;

const upsertInto = (table: Table): string =>
  `${insertInto(table)} on conflict (model, id) do update set ${replace}, uid = excluded.uid`;

// Two tabs may save one session at the same moment: what each of them added for its own application is kept.
const upsertSession = `${insertInto('oidc_payload')} on conflict (model, uid) where uid is not null do update set
  id = excluded.id, account_id = excluded.account_id, expires_at = excluded.expires_at,
  payload = case when oidc_payload.account_id = excluded.account_id and excluded.payload ? 'authorizations'
    then jsonb_set(excluded.payload, '{authorizations}',
      coalesce(oidc_payload.payload -> 'authorizations', '{}') || (excluded.payload -> 'authorizations'))
    else excluded.payload end`;

// A grant carries for whom the person acts; the copy in a table of its own is what revocation searches by.
const upsertGrant = `with choice as (
    insert into acting_choice (grant_id, person_id, client_id, organisation_id, chosen_at)
    values ($2::text, $6::uuid, $7::text, $9::uuid, $10::timestamptz) on conflict (grant_id) do nothing
  ) ${upsertInto('oidc_payload')}`;

const insertOnce = `${insertInto('oidc_payload')} on conflict (model, id) do update set ${replace}
  where oidc_payload.expires_at <= $9::timestamptz returning id`;

const findIn = (table: Table): string =>
  `select payload, consumed_at from ${table} where model = $1 and id = $2`;
const findSession = 'select payload, consumed_at from oidc_payload where model = $1 and uid = $2';
const consumeIn = (table: Table): string =>
  `update ${table} set consumed_at = $3 where model = $1 and id = $2 and consumed_at is null returning id`;
const deleteFrom = (table: Table): string => `delete from ${table} where model = $1 and id = $2`;
const deleteOfGrant = (table: Table): string => `delete from ${table} where model = $1 and grant_id = $2`;

/** The kinds a bearer token can be: looked for together, since its value does not say which. */
const tokenModels = ['AccessToken', 'ClientCredentials', 'RefreshToken'];
const findAnyToken = `select model, payload, consumed_at from oidc_payload where id = $1 and model in
  ('AccessToken', 'ClientCredentials', 'RefreshToken')`;

/** Makes the library's adapters. Models it asks for that are not enabled are refused at once. */
export function createStorage(db: Database, clock: Clock): (model: string) => Adapter {
  const recentTokens = new WeakMap<object, Map<string, Promise<(Row & { model: string })[]>>>();

  /** One look for all kinds within one request. */
  function findToken(model: string, id: string): Promise<Row | undefined> {
    const request = Provider.ctx;
    if (request === undefined) return db.query<Row>(findIn('oidc_payload'), [model, id]).then(([row]) => row);
    const known = recentTokens.get(request) ?? new Map<string, Promise<(Row & { model: string })[]>>();
    recentTokens.set(request, known);
    const rows = known.get(id) ?? db.query<Row & { model: string }>(findAnyToken, [id]);
    known.set(id, rows);
    return rows.then((found) => found.find((row) => row.model === model));
  }

  return (model) => {
    const table = tableOf(model);
    const columns = (id: string, payload: AdapterPayload, expiresIn: number | undefined): unknown[] => [
      ...[model, id, JSON.stringify(payload), payload.grantId ?? null, payload.uid ?? null],
      ...[payload.accountId ?? null, payload.clientId ?? null],
      expiresIn === undefined ? null : new Date(clock.now().getTime() + expiresIn * 1000),
    ];

    return {
      async upsert(id, payload, expiresIn) {
        const values = columns(id, payload, expiresIn);
        if (model === 'Session') return void (await db.query(upsertSession, values));
        if (model === 'Grant') {
          const organisationId = payload['organisationId'] ?? null;
          return void (await db.query(upsertGrant, [...values, organisationId, clock.now()]));
        }
        if (model !== 'ReplayDetection') return void (await db.query(upsertInto(table), values));
        const inserted = await db.query(insertOnce, [...values, clock.now()]);
        if (inserted.length === 0) throw new errors.InvalidRequest('jti was used before');
      },
      async find(id) {
        const isToken = tokenModels.includes(model);
        const row = isToken
          ? await findToken(model, id)
          : (await db.query<Row>(findIn(table), [model, id]))[0];
        return asPayload(row, clock.now());
      },
      async findByUid(uid) {
        const [row] = await db.query<Row>(findSession, [model, uid]);
        return asPayload(row, clock.now());
      },
      async findByUserCode() {
        return undefined;
      },
      async consume(id) {
        const consumed = await db.query(consumeIn(table), [model, id, clock.now()]);
        if (consumed.length === 0) throw new errors.InvalidGrant(`${model} was used before`);
      },
      async destroy(id) {
        await db.query(deleteFrom(table), [model, id]);
      },
      async revokeByGrantId(grantId) {
        await db.query(deleteOfGrant(table), [model, grantId]);
      },
    };
  };
}

/** The library forgives 15 s of difference between clocks; here there is one clock, and an end is an end. */
function asPayload(row: Row | undefined, now: Date): AdapterPayload | undefined {
  if (!row || (row.payload.exp !== undefined && row.payload.exp * 1000 <= now.getTime())) return undefined;
  if (row.consumed_at === null) return row.payload;
  return { ...row.payload, consumed: Math.floor(row.consumed_at.getTime() / 1000) };
}

/**
 * Removes protocol rows past their end, at most `limit` of each table, so that no statement runs long. Called by the
 * worker until it returns 0. Grants stay a day longer: applications are told of natural ends from them.
 * @returns how many rows went.
 */
export async function sweepExpiredRows(db: Database, at: Date, limit: number): Promise<number> {
  let removed = 0;
  for (const table of ['oidc_payload', 'oidc_step'] as const) {
    const rows = await db.query(
      `delete from ${table} where (model, id) in (
         select model, id from ${table}
         where expires_at < $1::timestamptz and (model <> 'Grant' or expires_at < $1::timestamptz - interval '1 day')
         order by expires_at limit $2::int
         for update skip locked) returning 1`,
      [at, limit],
    );
    removed += rows.length;
  }
  return removed;
}
