// What an affiliation must have, by the rules of the organisation's target group. Pure.
import type { AffiliationRules, AffiliationType } from '../../platform/db/types.ts';
import type { FieldError } from '../../platform/errors.ts';
import { addCalendarDays, contains, endsLater, type Period } from '../../platform/period.ts';
import { checkPeriodOrder, isMailAddress } from '../organisations/index.ts';

export const affiliationTypes = [
  'employee',
  'external',
  'occasional',
] as const satisfies readonly AffiliationType[];

export interface AffiliationDetails extends Period {
  readonly type: AffiliationType;
  readonly unitId: string | null;
  readonly functionTitle: string | null;
  readonly contactMail: string | null;
}

/** What is wrong with the affiliation, field by field; empty when nothing is. `zone`: whose days are counted. */
export function checkAffiliation(
  rules: AffiliationRules,
  details: AffiliationDetails,
  zone: string,
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
  const days = rule.maxPeriodDays;
  if (days !== undefined && endsLater(details.until, addCalendarDays(details.from, days, zone))) {
    wrong['until'] = { code: 'affiliation_too_long', params: { days } };
  }
  return wrong;
}

/** Whether the new period takes something away from what runs now. Nothing rests yet on what has not begun. */
export function leavesOut(before: Period, after: Period, at: Date): boolean {
  return contains(before, at) && (after.from > at || endsLater(before.until, after.until));
}
