// Sessions of this application, in memory: enough for an example and for one process. An application that runs in
// several processes keeps them in its database, or a logout that reaches one process is not seen by the others.
import { randomBytes } from 'node:crypto';
import type { LogoutNotice } from './logout-token.ts';
import type { PendingSignIn, Tokens } from './relying-party.ts';

/** Why a session is over although the person did not sign out here. */
export type EndReason = 'logged_out' | 'refused';

export type Session = {
  readonly id: string;
  /** By state: somebody may begin to sign in in two tabs. */
  readonly pending: Map<string, PendingSignIn>;
  tokens?: Tokens | undefined;
  signedInAt?: number;
  ended?: { reason: EndReason; at: number };
  /** The refresh that is under way: two tabs must not use one refresh token twice. */
  refreshing?: Promise<void> | undefined;
  usedAt: number;
};

const maxSessions = 10_000;
const maxPending = 10;
const maxIdleMs = 8 * 3600 * 1000;

export class SessionStore {
  readonly #sessions = new Map<string, Session>();
  readonly #logoutTokens = new Map<string, number>();

  find(id: string | undefined): Session | undefined {
    const session = id === undefined ? undefined : this.#sessions.get(id);
    if (!session) return undefined;
    if (session.usedAt + maxIdleMs < Date.now()) {
      this.#sessions.delete(session.id);
      return undefined;
    }
    session.usedAt = Date.now();
    return session;
  }

  create(): Session {
    const session: Session = {
      id: randomBytes(32).toString('base64url'),
      pending: new Map(),
      usedAt: Date.now(),
    };
    this.#sessions.set(session.id, session);
    const oldest = this.#sessions.keys().next().value;
    if (this.#sessions.size > maxSessions && oldest !== undefined) this.#sessions.delete(oldest);
    return session;
  }

  remember(session: Session, pending: PendingSignIn): void {
    session.pending.set(pending.state, pending);
    const oldest = session.pending.keys().next().value;
    if (session.pending.size > maxPending && oldest !== undefined) session.pending.delete(oldest);
  }

  delete(session: Session): void {
    this.#sessions.delete(session.id);
  }

  /** Drops the tokens and keeps why, so that the next page can tell the person. */
  end(session: Session, reason: EndReason): void {
    session.tokens = undefined;
    session.ended = { reason, at: Date.now() };
  }

  /**
   * Ends every session the notice is about. The provider sends a notice again until it is answered; the second time
   * nothing is left to do, and a session begun since is not touched.
   * @returns how many ended.
   */
  endBy(notice: LogoutNotice): number {
    if (this.#logoutTokens.has(notice.tokenId)) return 0;
    this.#logoutTokens.set(notice.tokenId, Date.now());
    const oldest = this.#logoutTokens.keys().next().value;
    if (this.#logoutTokens.size > maxSessions && oldest !== undefined) this.#logoutTokens.delete(oldest);
    const ended = [...this.#sessions.values()].filter(
      (session) => session.tokens && isMeant(session.tokens, notice),
    );
    for (const session of ended) this.end(session, 'logged_out');
    return ended.length;
  }
}

/** By session when both sides know it, else by person. */
function isMeant({ claims }: Tokens, notice: LogoutNotice): boolean {
  if (notice.subject !== undefined && claims.subject !== notice.subject) return false;
  if (notice.providerSession === undefined || claims.providerSession === undefined) {
    return notice.subject !== undefined;
  }
  return claims.providerSession === notice.providerSession;
}
