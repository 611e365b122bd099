// Makes and changes target groups: which identifier their organisations carry and what affiliations there must have.
import type { Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import type { AffiliationRules, Names } from '../../platform/db/types.ts';
import { notFound, type FieldError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { refuseStale } from '../../platform/stale.ts';
import type { Site } from '../../platform/site.ts';
import type { Actor } from '../administration/index.ts';
import { refuseWrong, requirePowerOverSite } from './organisations.access.ts';
import { checkCodeAndName, nameIn, type NewTargetGroup } from './organisations.model.ts';

export interface TargetGroupChange {
  readonly targetGroupId: string;
  readonly version: number;
  readonly names: Names;
  readonly affiliationRules: AffiliationRules;
}

/** @throws not_allowed, invalid_fields, code_taken. Audit: target_group.created */
export async function createTargetGroup(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: NewTargetGroup,
): Promise<string> {
  const id = newId();
  const fact = { action: 'target_group.created', subjectType: 'target_group', subjectId: id };
  return runCommand(site, origin, fact, async (change) => {
    await requirePowerOverSite(change, actor, 'site.operate');
    refuseWrong(
      checkCodeAndName({ code: input.code, name: nameIn(input.names, 'nl') }),
      checkRules(input.affiliationRules),
    );
    await change.trx
      .insertInto('target_group')
      .values({
        id,
        code: input.code,
        names: JSON.stringify(input.names),
        identifier_scheme: input.identifierScheme,
        affiliation_rules: JSON.stringify(input.affiliationRules),
      })
      .execute();
    change.record({ ...fact, after: input });
    return id;
  });
}

/**
 * Stricter rules count from now on for what is added or changed; affiliations that run stay as they are.
 * @throws not_allowed, target_group_not_found, stale_edit, invalid_fields. Audit: target_group.changed
 */
export async function changeTargetGroup(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: TargetGroupChange,
): Promise<void> {
  const fact = {
    action: 'target_group.changed',
    subjectType: 'target_group',
    subjectId: input.targetGroupId,
  };
  await runCommand(site, origin, fact, async (change) => {
    await requirePowerOverSite(change, actor, 'site.operate');
    const found = await change.trx
      .selectFrom('target_group')
      .select(['code', 'names', 'affiliation_rules', 'version'])
      .where('id', '=', input.targetGroupId)
      .forUpdate()
      .executeTakeFirst();
    if (!found) throw notFound('target_group');
    const before = { names: found.names, affiliationRules: found.affiliation_rules };
    refuseStale({ ...before, version: found.version }, input.version);
    refuseWrong(checkCodeAndName({ name: nameIn(input.names, 'nl') }), checkRules(input.affiliationRules));
    await change.trx
      .updateTable('target_group')
      .set({
        names: JSON.stringify(input.names),
        affiliation_rules: JSON.stringify(input.affiliationRules),
        version: found.version + 1,
      })
      .where('id', '=', input.targetGroupId)
      .execute();
    change.record({
      ...fact,
      before,
      after: { names: input.names, affiliationRules: input.affiliationRules },
    });
  });
}

function checkRules(rules: AffiliationRules): Record<string, FieldError> {
  const wrong: Record<string, FieldError> = {};
  for (const [type, rule] of Object.entries(rules)) {
    const days = rule.maxPeriodDays;
    if (days !== undefined && !(Number.isInteger(days) && days > 0 && days <= 36_500)) {
      wrong[`${type}MaxPeriodDays`] = { code: 'invalid_number' };
    }
  }
  return wrong;
}
