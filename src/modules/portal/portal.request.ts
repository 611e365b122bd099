// What every request of the portal carries once somebody is signed in.
import type { Origin } from '../../platform/change.ts';
import type { Actor } from '../administration/index.ts';

declare global {
  namespace Express {
    interface Request {
      /** Who is signed in, with the administrations that hold now. Only behind `requireActor`. */
      actor: Actor;
      /** Where a command comes from: the actor, the organisation in the address, the request. */
      origin: Origin;
      /** Given and family name of the actor. */
      actorName: string;
    }
  }
}

declare module 'express-session' {
  interface SessionData {
    /** Sign-ins begun in this browser and not finished, by their state. */
    pending?: Record<string, PendingSignIn>;
  }
}

export interface PendingSignIn {
  readonly nonce: string;
  readonly verifier: string;
  /** Local path to come back to. */
  readonly returnTo: string;
  /** Milliseconds since 1970. */
  readonly begunAt: number;
}
