// Writes the identifiers of organisations next to them.
import { sql } from 'kysely';
import { insertRows, type Row } from './bulk.ts';
import type { Item } from './reconcile.ts';
import type { Run } from './run.ts';

const table = {
  table: 'organisation_identifier',
  columns: { organisation_id: 'uuid', scheme: 'text', value: 'text' },
};

/** Makes the stored identifiers those of the pseudo column `identifiers` (by scheme). */
export async function writeIdentifiers(run: Run, items: readonly Item[]): Promise<void> {
  const { trx } = run.change;
  const stored = items.filter((item) => item.existing !== undefined).map((item) => String(item.row['id']));
  if (stored.length > 0) {
    await sql`delete from organisation_identifier where organisation_id = any(${stored}::uuid[])`.execute(
      trx,
    );
  }
  const rows = items.flatMap(({ row }): Row[] =>
    Object.entries(row['identifiers'] as Record<string, string>).map(([scheme, value]) => ({
      organisation_id: row['id'],
      scheme,
      value,
    })),
  );
  await insertRows(trx, table, rows);
}
