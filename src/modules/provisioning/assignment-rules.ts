// What is declared to be granted, judged by the rules of every other grant.
import type { ContextValues } from '../../platform/db/types.ts';
import type { ConferredAssignment } from '../administration/index.ts';
import { findFieldErrors } from '../assignments/index.ts';
import { runningTime } from './affiliation-choice.ts';
import { periodIn } from './periods.ts';
import { loadCeilingsOnce, runningUnitsOf, type StoredAffiliation } from './lookups.ts';
import type { Declared } from './problems.ts';
import type { DeclaredValue } from './provisioning.format.ts';
import type { Item } from './reconcile.ts';
import type { RightRef, Run } from './run.ts';

type DeclaredAssignment = Declared<DeclaredValue<'assignments'>>;

/** A declaration with everything it refers to. */
export interface Resolved {
  readonly declared: DeclaredAssignment;
  readonly affiliation: StoredAffiliation;
  readonly right: RightRef;
  readonly context: ContextValues;
  readonly written: { from: Date | undefined; until: Date | null | undefined };
}

export interface AssignmentItem extends Item<DeclaredValue<'assignments'>> {
  readonly resolved: Resolved;
}

/** Judges what is new or longer; what stays, or becomes shorter, was conferred already. */
export async function withoutRefused(run: Run, items: readonly AssignmentItem[]): Promise<AssignmentItem[]> {
  const conferring = items.filter(({ existing, row }) => {
    if (existing === undefined) return true;
    const [before, after] = [periodIn(existing), periodIn(row)];
    return (
      after.from < before.from || (after.until?.getTime() ?? Infinity) > (before.until?.getTime() ?? Infinity)
    );
  });
  const pairs = conferring.map(
    ({ resolved: { right, affiliation } }) => [right.id, affiliation.organisation_id] as const,
  );
  const ceilings = await loadCeilingsOnce(run, pairs);
  const allowance = {
    actor: null,
    ancestors: new Map(),
    ceilings,
    at: run.change.at,
    zone: run.site.config.timeZone,
  };
  const refused = new Set<AssignmentItem>();
  for (const item of conferring) {
    const { declared, affiliation, right, context } = item.resolved;
    const { from, until } = periodIn(item.row);
    const conferred: ConferredAssignment = {
      what: 'assignment',
      personId: affiliation.person_id,
      organisationId: affiliation.organisation_id,
      rightId: right.id,
      context,
      period: { from, until },
      startIsNew: false,
      affiliation: runningTime(affiliation),
    };
    const units = right.contexts.some((definition) => definition.kind === 'unit')
      ? await runningUnitsOf(run, affiliation.organisation_id)
      : new Set<string>();
    const wrong = findFieldErrors({ conferred, allowance, definitions: right.contexts, context, units });
    for (const [field, error] of Object.entries(wrong)) {
      run.problems.report(
        declared,
        field.replace(/^context\./, 'contexts.').split('.'),
        error.code,
        error.params,
      );
      refused.add(item);
    }
  }
  return items.filter((item) => !refused.has(item));
}
