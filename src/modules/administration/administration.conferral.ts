// Promise 2: nobody confers more than they may. A change says here what it confers; one function judges it against
// what the actor may confer. Every command that gives, prolongs, restores or widens anything passes it. Pure.
import type { AdministrationKind, ContextValues } from '../../platform/db/types.ts';
import { AppError, invalidFields, notFound, type ErrorParams } from '../../platform/errors.ts';
import { endsLater, type Period } from '../../platform/period.ts';
import { checkPeriod, type Ceiling } from './administration.ceiling.ts';
import { administrationsWith, type Actor, type Administration, type Power } from './administration.model.ts';

export interface ConferredAssignment {
  readonly what: 'assignment';
  readonly personId: string;
  readonly organisationId: string;
  readonly rightId: string;
  readonly context: ContextValues;
  readonly period: Period;
  /** False when it already runs or is declared history: its start may lie in the past. */
  readonly startIsNew: boolean;
  readonly affiliation: Period;
}

export interface ConferredAdministration {
  readonly what: 'administration';
  readonly personId: string;
  readonly kind: AdministrationKind;
  readonly organisationId: string | null;
  readonly includesSubtree: boolean;
  readonly applicationId: string | null;
  readonly period: Period;
}

export type Conferred = ConferredAssignment | ConferredAdministration;

/** What the actor may confer, as far as the change asks for it. Loaded by `loadAllowance`. */
export interface Allowance {
  /** Null: the site itself (`mandaat apply`). It reaches everything, yet confers only what is offered. */
  readonly actor: Actor | null;
  /** Of each organisation concerned: its ancestors with their distance, itself at 0. */
  readonly ancestors: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Of each right and organisation concerned ({@link ceilingKey}): its offers. */
  readonly ceilings: ReadonlyMap<string, readonly Ceiling[]>;
  readonly at: Date;
  readonly zone: string;
}

export type Judgement =
  /** `through`: the administration used, null for the site itself. */
  | { readonly allowed: true; readonly through: Administration | null }
  | {
      readonly allowed: false;
      readonly reason: 'out_of_scope' | 'four_eyes' | 'beyond_own_power' | 'period';
      readonly field?: string;
      readonly code?: string;
      readonly params?: ErrorParams;
    };

export const ceilingKey = (rightId: string, organisationId: string): string => `${rightId} ${organisationId}`;

const powerToConfer: Readonly<Record<AdministrationKind, Power>> = {
  operator: 'site.operate',
  auditor: 'site.operate',
  application_owner: 'site.operate',
  head: 'administration.appoint_head',
  local: 'administration.appoint_local',
};

/** Judges one conferred thing: scope, four eyes, ceiling, in this order. */
export function judge(conferred: Conferred, allowance: Allowance): Judgement {
  const { actor } = allowance;
  const power = conferred.what === 'assignment' ? 'assignment.grant' : powerToConfer[conferred.kind];
  const covering = actor === null ? [null] : administrationsCovering(conferred, power, actor, allowance);
  if (actor !== null && covering.length === 0) {
    return {
      allowed: false,
      reason: sees(conferred, actor, allowance) ? 'beyond_own_power' : 'out_of_scope',
    };
  }
  if (actor?.personId === conferred.personId) return { allowed: false, reason: 'four_eyes' };
  return conferred.what === 'assignment'
    ? judgeAssignment(conferred, covering[0] ?? null, allowance)
    : judgeAdministration(conferred, covering);
}

/**
 * Judges everything a change confers.
 * @returns for each, the administration it is conferred through.
 * @throws not_found for what lies out of scope; four_eyes, beyond_own_power (forbidden); invalid_fields (period)
 */
export function requireConferrable(
  items: readonly Conferred[],
  allowance: Allowance,
): (Administration | null)[] {
  return items.map((item) => {
    const judgement = judge(item, allowance);
    if (judgement.allowed) return judgement.through;
    throw refusalOf(judgement, item);
  });
}

function refusalOf(judgement: Judgement & { allowed: false }, item: Conferred): AppError {
  if (judgement.reason === 'out_of_scope')
    return notFound(item.organisationId === null ? 'application' : 'organisation');
  if (judgement.reason !== 'period') return new AppError('forbidden', judgement.reason);
  return invalidFields({
    [judgement.field!]: { code: judgement.code!, ...(judgement.params ? { params: judgement.params } : {}) },
  });
}

function judgeAssignment(
  item: ConferredAssignment,
  through: Administration | null,
  allowance: Allowance,
): Judgement {
  const ceilings = allowance.ceilings.get(ceilingKey(item.rightId, item.organisationId)) ?? [];
  if (ceilings.length === 0)
    return { allowed: false, reason: 'period', field: 'right', code: 'right_not_offered' };
  const answer = checkPeriod({ ...item, ceilings, at: allowance.at, zone: allowance.zone });
  return answer.fits ? { allowed: true, through } : { ...answer, allowed: false, reason: 'period' };
}

/** A delegated administration may not outlive the one it comes from; an operator's appointment rests on none. */
function judgeAdministration(
  item: ConferredAdministration,
  covering: readonly (Administration | null)[],
): Judgement {
  const lasting = covering.find(
    (one) => one === null || one.kind === 'operator' || !endsLater(item.period.until, one.effectiveUntil),
  );
  if (lasting !== undefined) return { allowed: true, through: lasting };
  const latest = covering[0]!.effectiveUntil!;
  const params = { latest: latest.toISOString() };
  return { allowed: false, reason: 'period', field: 'until', code: 'administration_outlives_giver', params };
}

/** Those that give this power over the whole of what is conferred, operators first, then the longest. */
function administrationsCovering(
  item: Conferred,
  power: Power,
  actor: Actor,
  allowance: Allowance,
): Administration[] {
  const rank = (one: Administration) =>
    one.kind === 'operator' ? Number.MAX_VALUE : (one.effectiveUntil?.getTime() ?? Number.MAX_SAFE_INTEGER);
  const subtree = item.what === 'administration' && item.includesSubtree;
  return administrationsWith(actor, power)
    .filter((held) => covers(held, item.organisationId, subtree, allowance))
    .sort((a, b) => rank(b) - rank(a));
}

function covers(
  held: Administration,
  organisationId: string | null,
  subtree: boolean,
  allowance: Allowance,
): boolean {
  if (held.organisationId === null) return held.applicationId === null;
  if (organisationId === null) return false;
  const depth = allowance.ancestors.get(organisationId)?.get(held.organisationId);
  if (depth === undefined) return false;
  return held.includesSubtree || (depth === 0 && !subtree);
}

const sees = (item: Conferred, actor: Actor, allowance: Allowance): boolean =>
  administrationsWith(actor, 'organisation.view').some((held) =>
    covers(held, item.organisationId, false, allowance),
  );
