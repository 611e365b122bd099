// Tells the operators that a verification found the audit not to be intact. Which rows is for the log and the command line.
import { sql } from 'kysely';
import { runCommand } from '../../platform/command.ts';
import type { Site } from '../../platform/site.ts';

/**
 * A mail to everybody who operates the site. Mail: `audit_not_intact`; audit: audit.verification_failed
 * @param findingCount how many findings the verification had
 */
export async function raiseAuditAlarm(site: Site, findingCount: number): Promise<void> {
  const fact = { action: 'audit.verification_failed', subjectType: 'audit' };
  await runCommand(site, { actor: { kind: 'system' } }, fact, async (change) => {
    const operators = await sql<{ person_id: string }>`
      select distinct person_id from effective_administration(${change.at}::timestamptz, array(
        select id from administration where kind = 'operator' and valid_at @> ${change.at}::timestamptz))`.execute(
      change.trx,
    );
    for (const { person_id: personId } of operators.rows) {
      change.enqueue({ kind: 'mail', payload: { template: 'audit_not_intact', personId, findingCount } });
    }
    change.record({ ...fact, after: { findings: findingCount } });
  });
}
