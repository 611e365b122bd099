// Everything that decides whether a token counts, in one statement: the token, its session, its grant, the person, for
// whom they act and what they may do there now.
import type { AdapterPayload } from 'oidc-provider';
import type { Database } from '../../platform/db/open.ts';
import type { LookedUp } from './provider.request-state.ts';
import { subjectColumns, subjectRights, toSubject, type SubjectRow } from './provider.subject.ts';

interface LookRow extends Omit<SubjectRow, 'id'> {
  id: string | null;
  payload?: AdapterPayload;
  consumed_at?: Date | null;
  session: AdapterPayload | null;
  grant_payload: AdapterPayload | null;
  revoked?: boolean;
}

const around = `left join client k on k.id = t.client_id
  left join oidc_payload s on s.model = 'Session' and s.uid = t.session_uid
  left join oidc_payload n on n.model = 'Grant' and n.id = t.grant_id
  left join acting_choice c on c.grant_id = t.grant_id
  left join person p on p.id = t.account_id::uuid and p.valid_at @> $1::timestamptz
  left join organisation o on o.id = c.organisation_id
  left join target_group g on g.id = o.target_group_id`;

const columns = `s.payload as session, n.payload as grant_payload, ${subjectColumns},
  ${subjectRights('k.application_id')}`;

const storedIn = (table: string): string => `select t.payload, t.consumed_at, ${columns}
  from (select payload, consumed_at, client_id, grant_id, account_id, payload ->> 'sessionUid' as session_uid
        from ${table} where model = $2 and id = $3) t ${around}`;

const sealed = `select ${columns},
    exists (select 1 from oidc_payload r where r.model = 'Revoked' and r.id = $6) as revoked
  from (select $2::text as client_id, $3::text as grant_id, $4::text as account_id, $5::text as session_uid) t ${around}`;

export interface StoredLook {
  readonly payload: AdapterPayload;
  readonly consumedAt: Date | null;
  readonly looked: LookedUp;
}

/** A stored token (authorization code, refresh token) with all around it. */
export async function lookAtStored(
  db: Database,
  table: 'oidc_payload' | 'oidc_step',
  model: string,
  id: string,
  at: Date,
): Promise<StoredLook | undefined> {
  const [row] = await db.query<LookRow>(storedIn(table), [at, model, id]);
  if (!row?.payload) return undefined;
  return { payload: row.payload, consumedAt: row.consumed_at ?? null, looked: lookedUp(row, row.payload) };
}

/** What surrounds a token that carries its own content. @returns undefined when it was revoked. */
export async function lookAround(
  db: Database,
  token: AdapterPayload,
  at: Date,
): Promise<LookedUp | undefined> {
  const values = [at, token.clientId, token.grantId, token.accountId, token.sessionUid, token.jti];
  const [row] = await db.query<LookRow>(
    sealed,
    values.map((value) => value ?? null),
  );
  return row && !row.revoked ? lookedUp(row, token) : undefined;
}

function lookedUp(row: LookRow, token: AdapterPayload): LookedUp {
  const { id } = row;
  return {
    grantId: token.grantId,
    sessionUid: token.sessionUid,
    session: row.session ?? undefined,
    grant: row.grant_payload ?? undefined,
    subject: id === null ? undefined : toSubject({ ...row, id }),
  };
}
