// Where the OpenID library keeps its sessions, grants and tokens: two tables, one prepared statement per operation.
// Consuming is atomic here, because the library itself reads, decides and only then writes.
import { errors, Provider, type Adapter, type AdapterPayload } from 'oidc-provider';
import type { Database } from '../../platform/db/open.ts';
import { isStorable } from '../../platform/storable.ts';
import type { Site } from '../../platform/site.ts';
import {
  gatheredFor,
  mergeSession,
  rowKey,
  writeGathered,
  type ProtocolRow,
} from './provider.gathered-writes.ts';
import { lookAround, lookAtStored } from './provider.look.ts';
import { stateOf } from './provider.request-state.ts';
import { isSealed, isSelfContained, openToken } from './provider.sealed-tokens.ts';

type Table = 'oidc_payload' | 'oidc_step';

export interface Row {
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

const upsertSession = `${insertInto('oidc_payload')} ${mergeSession}`;

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

/** Marks as used, and stores what was issued for it, or neither: the one race that matters is decided here. */
const consumeAndIssue = (table: Table): string => `with used as (
    update ${table} set consumed_at = $9::timestamptz
    where model = $10::text and id = $11::text and consumed_at is null returning 1
  ) insert into oidc_payload (model, id, payload, grant_id, uid, account_id, client_id, expires_at)
  select $1::text, $2::text, $3::jsonb, $4::text, $5::text, $6::text, $7::text, $8::timestamptz
  from used, ${withoutWaiting} returning 1`;

const revoke = `insert into oidc_payload (model, id, payload, expires_at)
  values ('Revoked', $1, '{}', $2::timestamptz) on conflict (model, id) do nothing`;

const valuesOf = (row: ProtocolRow): unknown[] => [
  ...[row.model, row.id, JSON.stringify(row.payload), row.grant_id, row.uid],
  ...[row.account_id, row.client_id, row.expires_at],
];

async function saveRow({ db, clock }: StorageSite, row: ProtocolRow): Promise<void> {
  const values = valuesOf(row);
  if (row.model === 'Session') return void (await db.query(upsertSession, values));
  if (row.model === 'Grant') {
    const organisationId = row.payload['organisationId'] ?? null;
    return void (await db.query(upsertGrant, [...values, organisationId, clock.now()]));
  }
  await db.query(upsertInto(tableOf(row.model)), values);
}

/** Makes the library's adapters. */
export function createStorage(site: StorageSite): (model: string) => Adapter {
  const { db, clock } = site;
  return (model) => {
    if (isSelfContained(model)) return selfContainedAdapter(site, model);
    const table = tableOf(model);
    const toRow = (id: string, payload: AdapterPayload, expiresIn: number | undefined): ProtocolRow => ({
      ...{ model, id, payload, grant_id: payload.grantId ?? null, uid: payload.uid ?? null },
      ...{ account_id: payload.accountId ?? null, client_id: payload.clientId ?? null },
      expires_at: expiresIn === undefined ? null : new Date(clock.now().getTime() + expiresIn * 1000),
    });

    return {
      async upsert(id, payload, expiresIn) {
        const row = toRow(id, payload, expiresIn);
        const gathered = gatheredFor(model);
        if (gathered) {
          gathered.removed.delete(rowKey(model, id));
          return void gathered.saved.set(rowKey(model, id), row);
        }
        if (model === 'RefreshToken') {
          const consuming = Provider.ctx && stateOf(Provider.ctx).consuming;
          if (consuming) return void (consuming.issued = valuesOf(row));
        }
        if (model !== 'ReplayDetection') return saveRow(site, row);
        const inserted = await db.query(insertOnce, [...valuesOf(row), clock.now()]);
        if (inserted.length === 0) throw new errors.InvalidRequest('jti was used before');
      },
      async find(id) {
        if (!isStorable(id)) return undefined;
        const gathered = gatheredFor(model);
        if (gathered?.removed.has(rowKey(model, id))) return undefined;
        const known = gathered?.saved.get(rowKey(model, id))?.payload ?? knownRow(model, id);
        if (known) return asPayload({ payload: known, consumed_at: null }, clock.now());
        if (Provider.ctx && (model === 'AuthorizationCode' || model === 'RefreshToken')) {
          // Self-contained tokens are of another shape: no need to ask whether one of them is a refresh token.
          if (isSealed(id)) return undefined;
          const found = await lookAtStored(db, table, model, id, clock.now());
          if (!found) return undefined;
          stateOf(Provider.ctx).looked = found.looked;
          return asPayload({ payload: found.payload, consumed_at: found.consumedAt }, clock.now());
        }
        const [row] = await db.query<Row>(findIn(table), [model, id]);
        return asPayload(row, clock.now());
      },
      async findByUid(uid) {
        const looked = Provider.ctx && stateOf(Provider.ctx).looked;
        if (looked?.sessionUid === uid) {
          return looked.session && asPayload({ payload: looked.session, consumed_at: null }, clock.now());
        }
        const [row] = await db.query<Row>(findSession, [model, uid]);
        return asPayload(row, clock.now());
      },
      async findByUserCode() {
        return undefined;
      },
      async consume(id) {
        // At the token endpoint it waits for what is issued: one statement then does both, see finishRequest.
        if (Provider.ctx && Provider.ctx.oidc.route === 'token') {
          stateOf(Provider.ctx).consuming = { table, model, id };
          return;
        }
        const consumed = await db.query(consumeIn(table), [model, id, clock.now()]);
        if (consumed.length === 0) throw new errors.InvalidGrant(`${model} was used before`);
      },
      async destroy(id) {
        const gathered = gatheredFor(model);
        // Grants and codes never end where they are made.
        if (gathered && (model === 'Interaction' || model === 'Session')) {
          gathered.saved.delete(rowKey(model, id));
          return void gathered.removed.set(rowKey(model, id), { model, id });
        }
        await db.query(deleteFrom(table), [model, id]);
      },
      async revokeByGrantId(grantId) {
        await db.query(deleteOfGrant(table), [model, grantId]);
      },
    };
  };
}

export type StorageSite = Pick<Site, 'db' | 'clock' | 'secrets' | 'config'>;

/** The grant that was read together with the token of this request. */
function knownRow(model: string, id: string): AdapterPayload | undefined {
  const looked = Provider.ctx && stateOf(Provider.ctx).looked;
  return model === 'Grant' && looked?.grantId === id ? looked.grant : undefined;
}

/**
 * Writes what the request still has to write: what it gathered; the code or refresh token marked as used together with
 * the new refresh token, if any.
 * @param isAnswered whether tokens were issued; otherwise it is only marked.
 * @returns false when somebody else was faster: nothing may be handed out.
 */
export async function finishRequest(site: StorageSite, ctx: object, isAnswered: boolean): Promise<boolean> {
  const { consuming, gathered } = stateOf(ctx);
  if (gathered) await writeGathered(site.db, gathered, site.clock.now(), (row) => saveRow(site, row));
  if (!consuming) return true;
  const { table, model, id, issued } = consuming;
  const now = site.clock.now();
  const rows =
    issued && isAnswered
      ? await site.db.query(consumeAndIssue(table), [...issued, now, model, id])
      : await site.db.query(consumeIn(table), [model, id, now]);
  return rows.length === 1;
}

/** Tokens for bearers hold their own content, sealed: issuing one writes nothing, and looking at one still asks for
 * the session, the grant and the rights behind it. */
function selfContainedAdapter(site: StorageSite, model: string): Adapter {
  const { db, clock } = site;
  return {
    // Never called: sealTokens keeps the library from storing these.
    async upsert() {
      throw new Error(`${model} is not stored`);
    },
    async find(value) {
      const payload = asPayload(openToken(site, model, value), clock.now());
      if (!payload) return undefined;
      if (model === 'ClientCredentials') {
        const revoked = await db.query(findIn('oidc_payload'), ['Revoked', payload.jti]);
        return revoked.length > 0 ? undefined : payload;
      }
      const looked = await lookAround(db, payload, clock.now());
      if (Provider.ctx && looked) stateOf(Provider.ctx).looked = looked;
      return looked && payload;
    },
    async findByUid() {
      return undefined;
    },
    async findByUserCode() {
      return undefined;
    },
    async consume() {},
    async destroy(jti) {
      const until = new Date(clock.now().getTime() + site.config.accessTokenSeconds * 1000);
      await db.query(revoke, [jti, until]);
    },
    // They end with their grant, which is looked at whenever one of them is shown.
    async revokeByGrantId() {},
  };
}

/** The library forgives 15 s of difference between clocks; here there is one clock, and an end is an end. */
function asPayload(row: Row | undefined, now: Date): AdapterPayload | undefined {
  if (!row || (row.payload.exp !== undefined && row.payload.exp * 1000 <= now.getTime())) return undefined;
  if (row.consumed_at === null) return row.payload;
  return { ...row.payload, consumed: Math.floor(row.consumed_at.getTime() / 1000) };
}

/** What is past its end, each found by an index of its own. Applications are told of natural ends from grants. */
const sweeps = [
  ['oidc_payload', `model <> 'Grant' and expires_at < $1::timestamptz`],
  ['oidc_payload', `model = 'Grant' and expires_at < $1::timestamptz - interval '1 day'`],
  ['oidc_step', 'expires_at < $1::timestamptz'],
].map(
  ([table, expired]) => `delete from ${table} where (model, id) in (
    select model, id from ${table} where ${expired} order by expires_at limit $2::int for update skip locked)
    returning 1`,
);

/**
 * Removes protocol rows past their end, at most `limit` of each kind, so that no statement runs long. Called by the
 * worker until it returns 0. Grants stay a day longer.
 * @returns how many rows went.
 */
export async function sweepExpiredRows(db: Database, at: Date, limit: number): Promise<number> {
  let removed = 0;
  for (const sweep of sweeps) removed += (await db.query(sweep, [at, limit])).length;
  return removed;
}
