// Neither an organisation loses its last head administrator silently, nor the site its last operator (promise 3).
import { sql } from 'kysely';
import type { Change } from '../../platform/change.ts';
import type { AdministrationKind, Reader, Writer } from '../../platform/db/types.ts';
import { AppError } from '../../platform/errors.ts';

/** An administration that is not there any more, or rests. */
interface Left {
  readonly kind: AdministrationKind;
  readonly organisation_id: string | null;
}

/**
 * After the change, with the organisations held. Looked at no earlier than now: what was waited for may have begun later
 * than this change did, and would still seem to hold at the instant of it.
 * @throws last_administrator unless acknowledged, and then tells the operators by mail; last_operator always
 */
export async function keepAdministrators(
  change: Change,
  left: readonly Left[],
  until: Date,
  options: { readonly acknowledgeLast: boolean },
): Promise<void> {
  const present = change.now();
  const at = until > present ? until : present;
  if (left.some((row) => row.kind === 'operator')) await refuseLastOperator(change.trx, at);
  await keepHeads(change, headsOf(left), at, options.acknowledgeLast);
}

const headsOf = (rows: readonly Left[]): string[] => [
  ...new Set(
    rows.flatMap((row) => (row.kind === 'head' && row.organisation_id !== null ? [row.organisation_id] : [])),
  ),
];

/** Which of these organisations have no head administrator of their own at that instant. */
export async function findHeadless(
  trx: Writer,
  organisationIds: readonly string[],
  at: Date,
): Promise<string[]> {
  if (organisationIds.length === 0) return [];
  const { rows } = await sql<{ organisation_id: string }>`
    select o.id as organisation_id from unnest(${[...organisationIds]}::uuid[]) o (id)
    where not exists (
      select 1 from effective_administration(${at}::timestamptz, array(
        select d.id from administration d
        where d.organisation_id = o.id and d.kind = 'head' and d.valid_at @> ${at}::timestamptz)))`.execute(
    trx,
  );
  return rows.map((row) => row.organisation_id);
}

/** Whether ending it now would leave its organisation without a head administrator: for the page that asks. */
export async function isLastHead(reader: Reader, administrationId: string, at: Date): Promise<boolean> {
  const { rows } = await sql<{ is_last: boolean }>`
    with recursive fallen as (
      select id from administration where id = ${administrationId}::uuid
      union select d.id from administration d join fallen on d.given_by_id = fallen.id
    )
    select exists (
      select 1 from administration gone join fallen on fallen.id = gone.id
      where gone.kind = 'head' and gone.valid_at @> ${at}::timestamptz and not exists (
        select 1 from effective_administration(${at}::timestamptz, array(
          select d.id from administration d
          where d.organisation_id = gone.organisation_id and d.kind = 'head' and d.valid_at @> ${at}::timestamptz
            and d.id not in (select id from fallen))))) as is_last`.execute(reader as never);
  return rows[0]?.is_last ?? false;
}

/**
 * Refuses to leave these organisations without a head administrator at that instant, unless acknowledged; then tells the
 * operators by mail.
 * @throws last_administrator (conflict, `details.organisations`)
 */
export async function keepHeads(
  change: Change,
  organisationIds: readonly string[],
  at: Date,
  acknowledged: boolean,
): Promise<void> {
  const headless = await findHeadless(change.trx, organisationIds, at);
  if (headless.length === 0) return;
  if (!acknowledged)
    throw new AppError('conflict', 'last_administrator', { details: { organisations: headless } });
  const operators = await change.trx
    .selectFrom('administration')
    .select('person_id')
    .distinct()
    .where('kind', '=', 'operator')
    .where(sql<boolean>`valid_at @> ${change.at}::timestamptz`)
    .execute();
  for (const organisationId of headless) {
    for (const { person_id: personId } of operators) {
      change.enqueue({ kind: 'mail', payload: { template: 'last_administrator', personId, organisationId } });
    }
  }
}

async function refuseLastOperator(trx: Writer, at: Date): Promise<void> {
  // All operators' rows are held, so that the last two cannot end each other.
  await sql`select id from administration where kind = 'operator' and valid_at @> ${at}::timestamptz
    order by id for no key update`.execute(trx);
  const { rows } = await sql`select 1 from effective_administration(${at}::timestamptz, array(
    select id from administration where kind = 'operator' and valid_at @> ${at}::timestamptz)) limit 1`.execute(
    trx,
  );
  if (rows.length === 0) throw new AppError('conflict', 'last_operator');
}
