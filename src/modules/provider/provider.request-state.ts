// What one request of the provider found out already, and what it still has to write: kept beside the request, so that
// the library may ask the same thing three times and the database is asked once.
import type { AdapterPayload } from 'oidc-provider';
import type { ActingDecision, SignedInPerson } from './provider.acting.ts';
import type { GatheredWrites } from './provider.gathered-writes.ts';
import type { Subject } from './provider.subject.ts';

export interface RequestState {
  signedIn?: SignedInPerson;
  acting?: ActingDecision;
  subject?: Subject;
  /** Nothing issued in this request may live beyond it; null when nothing ends. */
  until?: Date | null;
  /** Rows that were read together with a token. */
  looked?: LookedUp;
  /** Marked as used when the request ends, in one statement with what it issued. */
  consuming?: Consuming;
  /** Written together when the request ends. */
  gathered?: GatheredWrites;
  /** For UserInfo, handed out in a JWT that only points there: one for all tokens of this request. */
  pointerToken?: Promise<string>;
}

export interface LookedUp {
  readonly grantId: string | undefined;
  readonly sessionUid: string | undefined;
  readonly session: AdapterPayload | undefined;
  readonly grant: AdapterPayload | undefined;
  /** Undefined when the person does not count now. */
  readonly subject: Subject | undefined;
}

export interface Consuming {
  readonly table: 'oidc_payload' | 'oidc_step';
  readonly model: string;
  readonly id: string;
  /** Column values of the refresh token issued in its place or along with it. */
  issued?: readonly unknown[];
}

const states = new WeakMap<object, RequestState>();

export function stateOf(ctx: object): RequestState {
  const known = states.get(ctx) ?? {};
  states.set(ctx, known);
  return known;
}
