// The comparison of two documents for everybody: at once where there are few people, else in the background, kept for a
// while, so that the page can be left and come back to. A run that ends with its process is begun again by the next look.
import { z } from 'zod';
import { newId } from '../../../platform/ids.ts';
import type { Site } from '../../../platform/site.ts';
import { compareForms, compareUpTo, type Difference } from './models.difference.ts';
import type { StoredModel } from './models.queries.ts';

/** More people than these are compared in the background: at 2000 a request already took some seconds. */
const peopleAtOnce = 2000;
/** How long an answer is shown before it is worked out anew. */
const keptMs = 10 * 60_000;
/** A run that says nothing for so long has ended with its process; a failure is shown as long before it is tried again. */
const silence = "interval '30 seconds'";

export type Standing =
  | { readonly state: 'done'; readonly difference: Difference; readonly at: Date }
  | { readonly state: 'running'; readonly done: number; readonly total: number }
  | { readonly state: 'failed' };

export interface Comparing {
  readonly applicationId: string;
  /** Undefined: nobody may anything so far. */
  readonly before: StoredModel | undefined;
  readonly after: StoredModel;
  readonly atOnce?: number | undefined;
}

/** The comparison as far as it is known; begins it when it is not. */
export async function findDifference(site: Site, comparing: Comparing): Promise<Standing> {
  const at = site.clock.now();
  const kept = await findRun(site, comparing, at);
  if (kept) return kept;
  const { applicationId, before, after, atOnce: maxPeople = peopleAtOnce } = comparing;
  const found = await compareUpTo(site.db, applicationId, before?.forms, after.forms, at, { maxPeople });
  if (!('tooMany' in found)) return { state: 'done', difference: found, at };
  const id = await begin(site, comparing, found.tooMany, at);
  if (id) void work(site, comparing, id, at);
  return { state: 'running', done: 0, total: found.tooMany };
}

const keyOf = (model: StoredModel | undefined): string => (model ? `${model.id}:${model.version}` : 'none');
const keysOf = ({ applicationId, before, after }: Comparing) => [applicationId, keyOf(before), keyOf(after)];
const isRun = 'application_id = $1::uuid and before_key = $2::text and after_key = $3::text';

const count = z.number().int().nonnegative();
const differenceSchema = z.object({
  people: count,
  counts: z.object({ gains: count, loses: count, differs: count }),
  lines: z.array(
    z.object({
      type: z.string(),
      action: z.string(),
      node: z.string().optional(),
      direction: z.enum(['gains', 'loses', 'differs']),
      count,
      personIds: z.array(z.string()),
      about: z.string(),
    }),
  ),
});

interface RunRow {
  readonly done: number;
  readonly total: number;
  readonly result: unknown;
  readonly failed: boolean;
  readonly at: Date;
}

async function findRun(site: Site, comparing: Comparing, now: Date): Promise<Standing | undefined> {
  const [row] = await site.db.query<RunRow>(
    `select done, total, result, failed, at from decision_difference_run
     where ${isRun} and (result is not null or seen_at > clock_timestamp() - ${silence})`,
    keysOf(comparing),
  );
  if (!row) return undefined;
  if (row.failed) return { state: 'failed' };
  if (row.result === null) return { state: 'running', done: row.done, total: row.total };
  if (now.getTime() - row.at.getTime() > keptMs) return undefined;
  return { state: 'done', difference: differenceSchema.parse(row.result), at: row.at };
}

/** @returns undefined when another process was faster. */
async function begin(site: Site, comparing: Comparing, total: number, at: Date): Promise<string | undefined> {
  await site.db.query(
    `delete from decision_difference_run where seen_at < clock_timestamp() - interval '1 day'`,
    [],
  );
  const id = newId();
  const rows = await site.db.query(
    `insert into decision_difference_run as r (application_id, before_key, after_key, id, total, at, seen_at)
     values ($1::uuid, $2::text, $3::text, $4::uuid, $5::int, $6::timestamptz, clock_timestamp())
     on conflict (application_id, before_key, after_key) do update
       set id = excluded.id, done = 0, total = excluded.total, result = null, failed = false, at = excluded.at,
         seen_at = excluded.seen_at
       where r.result is not null or r.seen_at <= clock_timestamp() - ${silence}
     returning 1`,
    [...keysOf(comparing), id, total, at],
  );
  return rows.length > 0 ? id : undefined;
}

class Replaced extends Error {}

/** Never rejects: what goes wrong is on the page and in the log. */
async function work(site: Site, comparing: Comparing, id: string, at: Date): Promise<void> {
  const { applicationId, before, after } = comparing;
  const say = async (what: string, value: unknown): Promise<void> => {
    const rows = await site.db.query(
      `update decision_difference_run set ${what}, seen_at = clock_timestamp() where id = $1::uuid returning 1`,
      [id, value],
    );
    if (rows.length === 0) throw new Replaced();
  };
  try {
    const onProgress = (done: number) => say('done = $2::int', done);
    const result = await compareForms(site.db, applicationId, before?.forms, after.forms, at, { onProgress });
    await say('result = $2::jsonb', JSON.stringify(result));
  } catch (error) {
    if (error instanceof Replaced) return;
    site.logger.error({ err: error, applicationId }, 'comparing two rights models failed');
    await say('failed = $2::boolean', true).catch(() => {});
  }
}
