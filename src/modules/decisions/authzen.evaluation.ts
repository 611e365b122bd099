// Answers of the evaluation endpoints: one decision or a batch with its three ways to stop, terse unless reasons were asked.
import type { Caller } from './authzen.caller.ts';
import { AuthzenError, type Batch, type Semantic, type WantedReasons } from './authzen.schema.ts';
import type { Asked, DecisionPoint } from './decision.point.ts';
import type { Translator } from '../../platform/i18n.ts';
import { reasonForAdministrators, reasonForUser, type Verdict } from './reasons.ts';

export interface DecisionAnswer {
  readonly decision: boolean;
  readonly context?: Readonly<Record<string, unknown>> | undefined;
}

/** What an endpoint gets besides the body. */
export interface Call {
  readonly caller: Caller;
  readonly point: DecisionPoint;
  readonly words: Translator;
  /** The log of changes was looked at when the caller was let in. */
  readonly caughtUp: boolean;
  /** Our own identifier of the request, for the audit. */
  readonly requestId?: string | undefined;
}

/** @throws AuthzenError 403 when the caller asks for a trace it may not see */
export async function answerOne(call: Call, asked: Asked, wanted: WantedReasons): Promise<DecisionAnswer> {
  requireExplain(call.caller, wanted);
  const [verdict] = await decide(call, [asked], wanted);
  return toAnswer(call, verdict!, wanted);
}

/** @throws AuthzenError 403 as {@link answerOne} */
export async function answerBatch(
  call: Call,
  batch: Batch,
  wanted: WantedReasons,
): Promise<{ evaluations: DecisionAnswer[] }> {
  requireExplain(call.caller, wanted);
  const asked = batch.items.filter((item): item is Asked => !(item instanceof AuthzenError));
  const verdicts = (await decide(call, asked, wanted)).values();
  const answers = batch.items.map((item) =>
    item instanceof AuthzenError ? brokenItem(item) : toAnswer(call, verdicts.next().value!, wanted),
  );
  return { evaluations: upToDeciding(answers, batch.semantic) };
}

// Everything is decided even when the answer stops early: the records come in one statement, and deciding costs
// microseconds.
function decide(call: Call, asked: readonly Asked[], wanted: WantedReasons): Promise<Verdict[]> {
  const { caller, point, caughtUp } = call;
  return point.decide(caller.applicationId, asked, { caughtUp, full: wanted.includes('admin') });
}

function requireExplain(caller: Caller, wanted: WantedReasons): void {
  if (wanted.includes('admin') && !caller.powers.includes('explain'))
    throw new AuthzenError(403, 'the client may not see which choices decided');
}

function toAnswer({ words }: Call, verdict: Verdict, wanted: WantedReasons): DecisionAnswer {
  if (wanted.length === 0) return { decision: verdict.allowed };
  const context: Record<string, unknown> = {};
  if (wanted.includes('user')) context['reason_user'] = reasonForUser(verdict, words);
  if (wanted.includes('admin')) context['reason_admin'] = reasonForAdministrators(verdict);
  return { decision: verdict.allowed, context };
}

const brokenItem = ({ status, message }: AuthzenError): DecisionAnswer => ({
  decision: false,
  context: { error: { status, message } },
});

/** The prefix up to and including the item that settles the batch. */
function upToDeciding(answers: DecisionAnswer[], semantic: Semantic): DecisionAnswer[] {
  if (semantic === 'execute_all') return answers;
  const settling = semantic === 'permit_on_first_permit';
  const index = answers.findIndex((answer) => answer.decision === settling);
  return index < 0 ? answers : answers.slice(0, index + 1);
}
