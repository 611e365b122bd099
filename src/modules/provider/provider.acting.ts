// For whom somebody acts in an application: the decision (pure) and what it is decided from.
import { z } from 'zod';
import type { Database } from '../../platform/db/open.ts';

export interface ActingCandidate {
  readonly organisationId: string;
  readonly code: string;
  readonly name: string;
  readonly targetGroupCode: string;
  /** The earliest end of the rights there; null when nothing ends. */
  readonly until: Date | null;
}

/** An application directs a sign-in to an organisation. Source: field-user-management §2.4. */
export interface ActingHint {
  readonly targetGroupCode?: string | undefined;
  readonly organisationCode?: string | undefined;
}

export type ActingDecision =
  | { readonly kind: 'not_needed' }
  | { readonly kind: 'none' }
  | { readonly kind: 'chosen'; readonly candidate: ActingCandidate }
  | { readonly kind: 'choose'; readonly candidates: readonly ActingCandidate[]; readonly hintFits: boolean };

export interface ActingQuestion {
  readonly candidates: readonly ActingCandidate[];
  readonly hint?: ActingHint | undefined;
  /** What was chosen on the page of this very request. */
  readonly picked?: string | undefined;
  /** What this session acts for in the application already. */
  readonly current?: string | undefined;
  /** The application asked for the choice (prompt=select_account). */
  readonly mustAsk?: boolean;
}

/** A choice counts only while it is among the candidates: rights may have ended since it was made. */
export function decideActing(question: ActingQuestion): ActingDecision {
  const { candidates, hint, picked, current } = question;
  if (candidates.length === 0) return { kind: 'none' };
  const find = (id: string | undefined) => candidates.find(({ organisationId }) => organisationId === id);
  const chosen = find(picked);
  if (chosen) return { kind: 'chosen', candidate: chosen };
  if (question.mustAsk) return { kind: 'choose', candidates, hintFits: true };
  if (hint) return decideByHint(candidates, hint, find(current));
  const [first, ...others] = candidates;
  const settled = find(current) ?? (others.length === 0 ? first : undefined);
  return settled ? { kind: 'chosen', candidate: settled } : { kind: 'choose', candidates, hintFits: true };
}

/** A hint that fits nothing must not end in a sign-in for somebody else: the person decides. */
function decideByHint(
  candidates: readonly ActingCandidate[],
  hint: ActingHint,
  current: ActingCandidate | undefined,
): ActingDecision {
  const fitting = candidates.filter(
    (candidate) =>
      (hint.organisationCode === undefined || candidate.code === hint.organisationCode) &&
      (hint.targetGroupCode === undefined || candidate.targetGroupCode === hint.targetGroupCode),
  );
  if (current && fitting.includes(current)) return { kind: 'chosen', candidate: current };
  const [only, ...others] = fitting;
  if (only && others.length === 0) return { kind: 'chosen', candidate: only };
  return only
    ? { kind: 'choose', candidates: fitting, hintFits: true }
    : { kind: 'choose', candidates, hintFits: false };
}

const code = z.string().min(1).max(64);
const hintShape = z.object({ cap_hint: code.optional(), code_hint: code.optional() });

/** The hint in a `login_hint`: base64 of `{"cap_hint": …, "code_hint": …}`; undefined when it is anything else. */
export function parseActingHint(loginHint: unknown): ActingHint | undefined {
  if (typeof loginHint !== 'string' || loginHint.length > 1000 || !/^[\w+/-]+=*$/.test(loginHint))
    return undefined;
  try {
    const parsed = hintShape.parse(JSON.parse(Buffer.from(loginHint, 'base64').toString()));
    if (parsed.cap_hint === undefined && parsed.code_hint === undefined) return undefined;
    return { targetGroupCode: parsed.cap_hint, organisationCode: parsed.code_hint };
  } catch {
    return undefined;
  }
}

export interface SignedInPerson {
  readonly personId: string;
  readonly personUntil: Date | null;
  readonly candidates: readonly ActingCandidate[];
}

const signedInPerson = `select p.id as "personId", p.valid_until as "personUntil",
    (select jsonb_agg(jsonb_build_object('organisationId', o.id, 'code', o.code, 'name', o.name,
        'targetGroupCode', g.code, 'until', e.until) order by o.name, o.id)
     from (select organisation_id, min(effective_until) as until from effective_assignment($1::timestamptz)
           where person_id = $2::uuid and application_id = $3::uuid group by organisation_id) e
     join organisation o on o.id = e.organisation_id join target_group g on g.id = o.target_group_id) as candidates
  from person p where p.id = $2::uuid and p.valid_at @> $1::timestamptz`;

interface SignedInRow extends Omit<SignedInPerson, 'candidates'> {
  candidates: (Omit<ActingCandidate, 'until'> & { until: string | null })[] | null;
}

/** The person behind a session with everybody they can act for in the application; undefined when they do not count. */
export async function findSignedInPerson(
  db: Database,
  personId: string,
  applicationId: string,
  at: Date,
): Promise<SignedInPerson | undefined> {
  const [row] = await db.query<SignedInRow>(signedInPerson, [at, personId, applicationId]);
  const candidates = (row?.candidates ?? []).map((candidate) => ({
    ...candidate,
    until: candidate.until === null ? null : new Date(candidate.until),
  }));
  return row && { ...row, candidates };
}

/** The organisation somebody acted for last in an application's clients: offered first in the chooser. */
export async function findLastChoice(
  db: Database,
  personId: string,
  clientId: string,
): Promise<string | undefined> {
  const [row] = await db.query<{ organisation_id: string }>(
    `select organisation_id from acting_choice where person_id = $1::uuid and client_id = $2
     and organisation_id is not null order by chosen_at desc limit 1`,
    [personId, clientId],
  );
  return row?.organisation_id;
}
