// Answers, while a period is being typed, whether it is possible and how far it may go: the judgement of the command.
import type { Site } from '../../platform/site.ts';
import type { Period } from '../../platform/period.ts';
import { ceilingKey, checkPeriod, loadCeilings, type PeriodAnswer } from '../administration/index.ts';

export interface PeriodCheck {
  readonly rightId: string;
  readonly organisationId: string;
  readonly affiliation: Period;
  readonly period: Period;
  readonly startIsNew: boolean;
  /** The instant of the page: a clock asked twice would put a start of "now" in the past. */
  readonly at: Date;
}

/** The same function the command uses, on what stands now. */
export async function answerPeriod(site: Site, check: PeriodCheck): Promise<PeriodAnswer> {
  const pair = [check.rightId, check.organisationId] as const;
  const ceilings = (await loadCeilings(site.db.reader, [pair])).get(ceilingKey(...pair)) ?? [];
  const { period, affiliation, startIsNew, at } = check;
  return checkPeriod({ period, affiliation, ceilings, startIsNew, at, zone: site.config.timeZone });
}
