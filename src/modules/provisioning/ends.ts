// Judges what ends through a file by the rules of the portal, once everything is written: the same files may end what
// lies below it and move people out of it, in any order.
import { sql } from 'kysely';
import type { Decision } from '../../platform/decision.ts';
import { loadEndFacts, loadUnitEndFacts, mayEndOrganisation, mayEndUnit } from '../organisations/index.ts';
import type { Item } from './reconcile.ts';
import type { Run } from './run.ts';

const untilOf = ({ row }: Item) => row['valid_until'] as Date;

/** Notes how many operate the site, before something they rest on ends. */
export async function noteOperators(run: Run): Promise<void> {
  if (run.endings.operatorsBefore !== undefined) return;
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from effective_administration(${run.change.at}::timestamptz,
      array(select id from administration where kind = 'operator' and valid_at @> ${run.change.at}::timestamptz))`.execute(
    run.change.trx,
  );
  run.endings.operatorsBefore = rows[0]?.count ?? 0;
}

/** Reports organisations and units that may not end. */
export async function judgeEndings(run: Run): Promise<void> {
  const { organisations, units } = run.endings;
  for (const item of organisations) report(run, item, await judgeOrganisation(run, item));
  for (const item of units) {
    report(run, item, mayEndUnit(await loadUnitEndFacts(run.change, String(item.row['id']), untilOf(item))));
  }
}

async function judgeOrganisation(run: Run, item: Item): Promise<Decision> {
  const facts = await loadEndFacts(run.change, String(item.row['id']), untilOf(item));
  const leavesNoOperator = (run.endings.operatorsBefore ?? 0) > 0 && facts.operatorsElsewhere === 0;
  return mayEndOrganisation({ runningChildren: facts.runningChildren, leavesNoOperator });
}

function report(run: Run, item: Item, decision: Decision): void {
  if (!decision.allowed) run.problems.report(item.declared, ['until'], decision.reason);
}
