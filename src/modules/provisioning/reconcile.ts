// Compares what is declared with what is stored, writes the difference and records it: the same for every noun.
import { sql } from 'kysely';
import type { AuditFact } from '../../platform/change.ts';
import { insertRows, updateRows, writeOrRefuse, type Row, type TableShape } from './bulk.ts';
import type { Declared } from './problems.ts';
import { countOf, type FieldChange, type PlanNoun, type Run } from './run.ts';

/** One declaration next to what it is about. */
export interface Item<Value = unknown> {
  readonly declared: Declared<Value>;
  /** Noun and code, as in `run.failed`. */
  readonly key: string;
  readonly label: string;
  /** As stored; undefined when it is new. */
  readonly existing: Row | undefined;
  /** As it shall be: every column of the table (and pseudo columns that `writeAlso` takes care of). */
  readonly row: Row;
  /** Whose audit trail it belongs to. */
  readonly about: Pick<AuditFact, 'organisationId' | 'personId' | 'applicationId'> & {
    reason?: string | undefined;
  };
}

export interface Field {
  /** As in the files. */
  readonly name: string;
  readonly column: string;
  /** How a value is shown and recorded; default: as it is. */
  readonly show?: (value: unknown, run: Run) => unknown;
  /** The record, which is kept for ever, tells that it changed and not what it is. */
  readonly unrecorded?: boolean;
}

export interface Reconciliation<I extends Item> {
  readonly noun: PlanNoun;
  readonly shape: TableShape;
  readonly fields: readonly Field[];
  readonly subjectType: string;
  /** Audit actions. */
  readonly created: string;
  readonly changed: string;
  /** Instead of inserting the rows as they are. */
  readonly insert?: (items: readonly I[]) => Promise<void>;
  /** Instead of updating by id and version. */
  readonly update?: (items: readonly I[]) => Promise<void>;
  /** Rows of other tables that belong to the new and changed items; in the same savepoint. */
  readonly writeAlso?: (items: readonly I[]) => Promise<void>;
  /** What else a change takes, before it is written and in the same savepoint: what would hang over is cut off. */
  readonly beforeUpdate?: (item: I) => Promise<void>;
  /** Once a change is written: access that ends with it. */
  readonly afterUpdate?: (item: I) => void | Promise<void>;
}

const factLimit = 1000;

/** @returns the items that are right now (new, changed or the same); refused ones are reported and marked failed. */
export async function reconcile<I extends Item>(
  run: Run,
  items: readonly I[],
  how: Reconciliation<I>,
): Promise<I[]> {
  const fresh = items.filter((item) => item.existing === undefined);
  const changesOf = new Map<I, FieldChange[]>();
  for (const item of items) {
    if (item.existing === undefined) continue;
    const changes = differences(item, how.fields);
    if (changes.length > 0) changesOf.set(item, changes);
  }
  const refused = new Set<I>();
  const refuse = (
    item: I,
    error: { code: string; params: Record<string, string | number>; fields?: unknown },
  ) => {
    refused.add(item);
    run.failed.add(item.key);
    reportRefusal(run, item, error);
  };
  const { trx } = run.change;
  const insert = async (some: readonly I[]) => {
    await (how.insert?.(some) ??
      insertRows(
        trx,
        how.shape,
        some.map((item) => item.row),
      ));
    await how.writeAlso?.(some);
  };
  const update = takingBack(run, async (some: readonly I[]) => {
    if (how.beforeUpdate !== undefined) for (const item of some) await how.beforeUpdate(item);
    await (how.update?.(some) ??
      updateRows(
        trx,
        how.shape,
        some.map((item) => item.row),
      ));
    await how.writeAlso?.(some);
    // What the database checks at the end of the transaction is asked now, while the culprit can be named.
    await sql`set constraints all immediate`.execute(trx);
    await sql`set constraints all deferred`.execute(trx);
  });
  // Changes first: they may make room for what is new (a shortened period, a code that moves).
  await writeOrRefuse(trx, [...changesOf.keys()], update, refuse);
  await writeOrRefuse(trx, fresh, insert, refuse);
  for (const [item, changes] of changesOf) {
    if (refused.has(item)) continue;
    await how.afterUpdate?.(item);
    note(
      run,
      how,
      item,
      changes.map((change) => shown(change, how.fields, run)),
    );
  }
  for (const item of fresh) if (!refused.has(item)) note(run, how, item, undefined);
  const count = countOf(run, how.noun);
  count.same += items.length - fresh.length - changesOf.size;
  await flushFacts(run, factLimit);
  return items.filter((item) => !refused.has(item));
}

/** Runs a write; when it is refused, what it recorded and enqueued is forgotten with it. */
function takingBack<T>(
  run: Run,
  write: (some: readonly T[]) => Promise<void>,
): (some: readonly T[]) => Promise<void> {
  return async (some) => {
    const [facts, messages] = [run.facts.length, run.messages.length];
    try {
      await write(some);
    } catch (error) {
      run.facts.length = facts;
      run.messages.length = messages;
      throw error;
    }
  };
}

function reportRefusal(
  run: Run,
  item: Item,
  error: { code: string; params: Record<string, string | number>; fields?: unknown },
): void {
  const [named] = Object.keys((error.fields as object | undefined) ?? {});
  const field = named === 'identifier' ? 'identifiers' : named;
  run.problems.report(item.declared, field === undefined ? [] : [field], error.code, error.params);
}

function note<I extends Item>(
  run: Run,
  how: Reconciliation<I>,
  item: I,
  changes: readonly FieldChange[] | undefined,
): void {
  const action = changes === undefined ? 'create' : 'change';
  countOf(run, how.noun)[action] += 1;
  run.options.onEntry?.({ noun: how.noun, action, label: item.label, changes: changes ?? [] });
  const id = item.row['id'];
  const base = {
    subjectType: how.subjectType,
    ...(typeof id === 'string' ? { subjectId: id } : {}),
    ...item.about,
  };
  if (changes === undefined) {
    run.facts.push({ ...base, action: how.created, after: asRecorded(item.row, how.fields, run) });
  } else {
    const unrecorded = new Set(how.fields.filter((field) => field.unrecorded).map((field) => field.name));
    const told = changes.filter(({ field }) => !unrecorded.has(field));
    const untold = changes
      .filter(({ field }) => unrecorded.has(field))
      .map(({ field }) => [`${field}Changed`, true]);
    run.facts.push({
      ...base,
      action: how.changed,
      before: Object.fromEntries(told.map(({ field, from }) => [field, from])),
      after: Object.fromEntries([...told.map(({ field, to }) => [field, to]), ...untold]),
    });
  }
}

/** Writes the audit rows collected so far, so that memory does not grow with the number of changes. */
export async function flushFacts(run: Run, from = 1): Promise<void> {
  if (run.facts.length < from) return;
  const facts = run.facts.splice(0);
  if (run.mode === 'plan') return;
  await run.site.hooks.writeAudit(run.change.trx, run.change.at, run.change.origin, 'done', facts);
}

function differences(item: Item, fields: readonly Field[]): FieldChange[] {
  const changes: FieldChange[] = [];
  for (const { name, column } of fields) {
    const [from, to] = [item.existing?.[column] ?? null, item.row[column] ?? null];
    if (from !== to && stableText(from) !== stableText(to)) changes.push({ field: name, from, to });
  }
  return changes;
}

function shown(change: FieldChange, fields: readonly Field[], run: Run): FieldChange {
  const show = fields.find((field) => field.name === change.field)?.show;
  if (show === undefined) return change;
  return { field: change.field, from: show(change.from, run), to: show(change.to, run) };
}

function asRecorded(row: Row, fields: readonly Field[], run: Run): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const { name, column, show, unrecorded } of fields) {
    if (unrecorded) continue;
    const value = row[column];
    if (value !== null && value !== undefined) record[name] = show === undefined ? value : show(value, run);
  }
  return record;
}

/** Equal values give equal text: keys sorted, instants as ISO text. */
export function stableText(value: unknown): string {
  if (value instanceof Date) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(stableText).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${stableText((value as Row)[key])}`).join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}
