// The portal's session: a random cookie, everything else in the database under the digest of it. A session that was
// deleted there stays deleted, even when a request that began before would save it again.
import session, { Store, type SessionData } from 'express-session';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { hashToken } from '../platform/crypto.ts';
import type { Site } from '../platform/site.ts';
import './express.ts';

declare module 'express-session' {
  interface SessionData {
    /** Who is signed in. */
    personId?: string;
    /** The session at the provider that this one came from. */
    providerSid?: string;
    /** When this person signed in, in seconds since 1970: for what asks for a recent sign-in. */
    signedInAt?: number;
  }
}

interface StoredRow {
  data: Record<string, unknown>;
  created_at: Date;
  last_seen_at: Date;
}

/** How often the time of the last request is written at most: not every click has to. */
const seenEveryMs = 60_000;

const find = `select data, created_at, last_seen_at from portal_session
  where id_hash = $1 and expires_at > $2::timestamptz`;
const insert = `insert into portal_session
    (id_hash, person_id, provider_sid, data, created_at, last_seen_at, expires_at)
  values ($1, $2::uuid, $3, $4::jsonb, $5::timestamptz, $5::timestamptz, $6::timestamptz)
  on conflict (id_hash) do update set person_id = excluded.person_id, provider_sid = excluded.provider_sid,
    data = excluded.data, last_seen_at = excluded.last_seen_at, expires_at = excluded.expires_at`;
const update = `update portal_session set person_id = $2::uuid, provider_sid = $3, data = $4::jsonb,
    last_seen_at = $5::timestamptz, expires_at = least($6::timestamptz, created_at + make_interval(secs => $7::int))
  where id_hash = $1`;
const seen = `update portal_session set last_seen_at = $2::timestamptz,
    expires_at = least($3::timestamptz, created_at + make_interval(secs => $4::int))
  where id_hash = $1 and last_seen_at < $5::timestamptz`;

class PortalSessionStore extends Store {
  readonly #site: Site;

  constructor(site: Site) {
    super();
    this.#site = site;
  }

  override get(id: string, callback: (error: unknown, data?: SessionData | null) => void): void {
    this.#get(id).then((data) => callback(null, data), callback);
  }

  override set(id: string, data: SessionData, callback?: (error?: unknown) => void): void {
    this.#set(id, data).then(() => callback?.(), callback);
  }

  override touch(id: string, _data: SessionData, callback?: (error?: unknown) => void): void {
    this.#touch(id).then(() => callback?.(), callback);
  }

  override destroy(id: string, callback?: (error?: unknown) => void): void {
    this.#site.db
      .query('delete from portal_session where id_hash = $1', [hashToken(id)])
      .then(() => callback?.(), callback);
  }

  async #get(id: string): Promise<SessionData | null> {
    const [row] = await this.#site.db.query<StoredRow>(find, [hashToken(id), this.#site.clock.now()]);
    if (!row) return null;
    return { ...row.data, cookie: { originalMaxAge: null }, isStored: true } as unknown as SessionData;
  }

  async #set(id: string, session: SessionData): Promise<void> {
    const { cookie: _cookie, isStored, ...data } = session as SessionData & { isStored?: boolean };
    const { sessionIdleSeconds, sessionAbsoluteSeconds } = this.#site.config;
    const now = this.#site.clock.now();
    const shared = [
      hashToken(id),
      data.personId ?? null,
      data.providerSid ?? null,
      JSON.stringify(data),
      now,
    ];
    const idleEnd = new Date(now.getTime() + sessionIdleSeconds * 1000);
    if (isStored) {
      await this.#site.db.query(update, [...shared, idleEnd, sessionAbsoluteSeconds]);
    } else {
      await this.#site.db.query(insert, [...shared, idleEnd]);
    }
  }

  async #touch(id: string): Promise<void> {
    const { sessionIdleSeconds, sessionAbsoluteSeconds } = this.#site.config;
    const now = this.#site.clock.now();
    const idleEnd = new Date(now.getTime() + sessionIdleSeconds * 1000);
    const earlier = new Date(now.getTime() - seenEveryMs);
    await this.#site.db.query(seen, [hashToken(id), now, idleEnd, sessionAbsoluteSeconds, earlier]);
  }
}

/** Mount it on pages of the portal only: protocol endpoints have no use for it. */
export function portalSession(site: Site): RequestHandler {
  const https = site.config.issuer.startsWith('https:');
  const handle = session({
    name: https ? '__Host-mandaat-portal' : 'mandaat-portal',
    secret: site.secrets.cookieKeys,
    store: new PortalSessionStore(site),
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax', secure: https, path: '/' },
    proxy: true,
  });
  return (req, res, next) => {
    // Whether the way to the browser is encrypted is what the issuer says, not what a header from outside says.
    req.headers['x-forwarded-proto'] = https ? 'https' : 'http';
    handle(req, res, (error?: unknown) => {
      if (error === undefined) saveBeforeAnswer(req, res, next);
      next(error);
    });
  };
}

/**
 * The library lets the head of an answer go before it has saved, and browsers follow a redirect as soon as they read it: on
 * a database that takes its time the next page would not know who just signed in.
 */
function saveBeforeAnswer(req: Request, res: Response, next: NextFunction): void {
  const before = contentOf(req);
  const end = res.end.bind(res) as (...given: unknown[]) => Response;
  res.end = (...given: unknown[]) => {
    const now = contentOf(req);
    // One that was destroyed is gone already.
    if (res.headersSent || now === undefined || now === before) return end(...given);
    req.session.save((error: unknown) =>
      error === undefined || error === null ? end(...given) : next(error),
    );
    return res;
  };
}

/** Undefined when there is none any more. */
function contentOf(req: Request): string | undefined {
  const { session: current } = req as { session?: Request['session'] };
  return current && JSON.stringify([req.sessionID, { ...current, cookie: undefined }]);
}
