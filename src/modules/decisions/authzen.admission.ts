// Who is let in, and what they are answered: the steps before and behind every endpoint. Nothing leaves before a look at the
// log of changes that began after the request.
import type { Request, RequestHandler } from 'express';
import '../../web/express.ts';
import type { DecisionPower } from '../../platform/db/types.ts';
import type { Translator } from '../../platform/i18n.ts';
import type { Caller, Callers, RememberedCaller } from './authzen.caller.ts';
import type { Call } from './authzen.evaluation.ts';
import { AuthzenError } from './authzen.schema.ts';
import type { DecisionPoint } from './decision.point.ts';

/** @param given what was read of the request */
export type Endpoint = (call: Call, given: unknown) => Promise<object>;

export interface Admission {
  /** Runs before an endpoint: who calls, and may they. */
  admit(power: DecisionPower): RequestHandler;
  respond(answer: Endpoint, read?: (req: Request) => unknown): RequestHandler;
  /** The same for an endpoint whose answer takes a look at the log anyhow (unless {@link Call.caughtUp}). */
  admitForNow(power: DecisionPower): RequestHandler;
  respondToQuestion(power: DecisionPower, answer: Endpoint): RequestHandler;
}

export function createAdmission(point: DecisionPoint, callers: Callers, words: Translator): Admission {
  /** @throws AuthzenError 401, 403, 429 */
  const identifyCaller = async (req: Request, power: DecisionPower): Promise<Caller> => {
    // First, so that a client or right that was withdrawn a moment ago is not remembered.
    await point.snapshots.catchUp();
    const caller = await callers.authenticate(req);
    if (!caller.powers.includes(power)) throw new AuthzenError(403, `the client may not ${power}`);
    return caller;
  };
  const callOf = (req: Request, caller: Caller, caughtUp = true): Call => {
    return { caller, caughtUp, point, words, requestId: req.requestId };
  };
  const admit =
    (power: DecisionPower): RequestHandler =>
    async (req, res, next) => {
      res.locals['caller'] = await identifyCaller(req, power);
      next();
    };
  const respond =
    (answer: Endpoint, read: (req: Request) => unknown = (req) => req.body): RequestHandler =>
    async (req, res) =>
      void res.json(await answer(callOf(req, res.locals['caller'] as Caller), read(req)));

  // Questions come by the hundred a second: who is remembered is let in for now. The look that the decision needs in any
  // case then tells whether that was right, before anything is answered: one statement instead of two.
  const admitForNow =
    (power: DecisionPower): RequestHandler =>
    async (req, res, next) => {
      const known = callers.remembered(req);
      if (known?.caller.powers.includes(power)) res.locals['forNow'] = known;
      else res.locals['caller'] = await identifyCaller(req, power);
      next();
    };
  const answerForNow = async (req: Request, known: RememberedCaller, answer: Endpoint) => {
    try {
      const given = await answer(callOf(req, known.caller, false), req.body);
      if (callers.isRemembered(known)) return given;
    } catch (error) {
      await point.snapshots.catchUp();
      if (callers.isRemembered(known)) throw error;
    }
    return undefined;
  };
  const respondToQuestion =
    (power: DecisionPower, answer: Endpoint): RequestHandler =>
    async (req, res) => {
      const known = res.locals['forNow'] as RememberedCaller | undefined;
      const given = known && (await answerForNow(req, known, answer));
      if (given) return void res.json(given);
      const caller = (res.locals['caller'] as Caller | undefined) ?? (await identifyCaller(req, power));
      res.json(await answer(callOf(req, caller), req.body));
    };

  return { admit, respond, admitForNow, respondToQuestion };
}
