// What an affiliation must have, by the rules of the organisation's target group. Pure.
import type { AffiliationRules, AffiliationType } from '../../platform/db/types.ts';
import type { FieldError } from '../../platform/errors.ts';
import { checkPeriodOrder, isMailAddress } from '../organisations/index.ts';

export const affiliationTypes = [
  'employee',
  'external',
  'occasional',
] as const satisfies readonly AffiliationType[];

/** Instants; `until` exclusive, null for no end. */
export interface AffiliationDetails {
  readonly type: AffiliationType;
  readonly unitId: string | null;
  readonly functionTitle: string | null;
  readonly contactMail: string | null;
  readonly from: Date;
  readonly until: Date | null;
}

const dayMs = 86_400_000;
/** A period of whole calendar days is an hour longer when the clocks go back inside it. */
const clockChangeMs = 3_600_000;

/** How many days a period takes, begun days included; Infinity without end. */
export function periodDays(from: Date, until: Date | null): number {
  if (until === null) return Infinity;
  return Math.ceil((until.getTime() - from.getTime() - clockChangeMs) / dayMs);
}

/** What is wrong with the affiliation, field by field; empty when nothing is. */
export function checkAffiliation(
  rules: AffiliationRules,
  details: AffiliationDetails,
): Record<string, FieldError> {
  const rule = rules[details.type] ?? {};
  const values = {
    unit: details.unitId,
    function: details.functionTitle,
    contactMail: details.contactMail,
    until: details.until,
  };
  const wrong: Record<string, FieldError> = checkPeriodOrder(details.from, details.until);
  for (const field of rule.mandatory ?? []) {
    if (values[field] === null) wrong[field] = { code: 'required' };
  }
  if (details.contactMail !== null && !isMailAddress(details.contactMail)) {
    wrong['contactMail'] = { code: 'invalid_mail' };
  }
  if ((details.functionTitle?.length ?? 0) > 100)
    wrong['function'] = { code: 'too_long', params: { maximum: 100 } };
  if (rule.maxPeriodDays !== undefined && periodDays(details.from, details.until) > rule.maxPeriodDays) {
    wrong['until'] = { code: 'affiliation_too_long', params: { days: rule.maxPeriodDays } };
  }
  return wrong;
}

/** Whether the new period leaves out some of what was still to come of the old one. */
export function leavesOut(
  before: { readonly from: Date; readonly until: Date | null },
  after: { readonly from: Date; readonly until: Date | null },
  at: Date,
): boolean {
  const end = (until: Date | null) => until?.getTime() ?? Infinity;
  const start = Math.max(before.from.getTime(), at.getTime());
  if (start >= end(before.until)) return false;
  return after.from.getTime() > start || end(after.until) < end(before.until);
}
