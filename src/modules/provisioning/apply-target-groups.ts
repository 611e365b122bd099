// Applies target groups: the kinds of organisations, with their rules.
import type { AffiliationRules } from '../../platform/db/types.ts';
import { newId } from '../../platform/ids.ts';
import type { Row } from './bulk.ts';
import { rememberTargetGroup } from './lookups.ts';
import type { Declared } from './problems.ts';
import type { DeclaredValue } from './provisioning.format.ts';
import { reconcile, type Item } from './reconcile.ts';
import { declareOnce, writtenOrStored, type Run } from './run.ts';

const targetGroupTable = {
  table: 'target_group',
  columns: {
    id: 'uuid',
    code: 'text',
    names: 'jsonb',
    identifier_scheme: 'text',
    affiliation_rules: 'jsonb',
    version: 'integer',
  },
};

export async function applyTargetGroups(
  run: Run,
  batch: readonly Declared<DeclaredValue<'targetGroups'>>[],
): Promise<void> {
  const stored = await run.change.trx.selectFrom('target_group').selectAll().execute();
  const byCode = new Map(stored.map((row) => [row.code, row]));
  const items: Item[] = [];
  for (const declared of batch) {
    const { code, names, identifierScheme, affiliationRules } = declared.value;
    const key = `target_group ${code}`;
    if (!declareOnce(run, declared, key)) continue;
    const existing = byCode.get(code) as (Row & { id: string; version: number }) | undefined;
    const shown = writtenOrStored(run, declared, 'names', names, existing?.['names']);
    const scheme = writtenOrStored(
      run,
      declared,
      'identifierScheme',
      identifierScheme,
      existing?.['identifier_scheme'],
    );
    if (shown === undefined || scheme === undefined) {
      run.failed.add(key);
      continue;
    }
    items.push({
      declared,
      key,
      label: code,
      existing,
      about: {},
      row: {
        id: existing?.id ?? newId(),
        code,
        names: shown,
        identifier_scheme: scheme,
        affiliation_rules: affiliationRules ?? existing?.['affiliation_rules'] ?? {},
        version: existing?.version ?? 1,
      },
    });
  }
  const done = await reconcile(run, items, {
    noun: 'targetGroups',
    shape: targetGroupTable,
    subjectType: 'target_group',
    fields: [
      { name: 'code', column: 'code' },
      { name: 'names', column: 'names' },
      { name: 'identifierScheme', column: 'identifier_scheme' },
      { name: 'affiliationRules', column: 'affiliation_rules' },
    ],
    created: 'target_group.created',
    changed: 'target_group.changed',
  });
  for (const { row } of done) {
    const rules = row['affiliation_rules'] as AffiliationRules;
    rememberTargetGroup(run, { id: String(row['id']), code: String(row['code']), rules });
  }
}
