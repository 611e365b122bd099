// Lists the subjects an application knows: people by name, its own subjects by code. Page by page, and all of them for an
// export. Like every list: bounded in what is read, whatever the size of the site.
import { sql } from 'kysely';
import type { Database } from '../../../platform/db/open.ts';
import { beyondPlace, directionOf, orderBy, type Order, type PageRequest } from '../../../platform/keyset.ts';
import { containsWords, searchWords } from '../../../platform/search-words.ts';
import type { SubjectFacts } from '../facts.model.ts';
import { ownSubjectFacts, personFacts } from '../subject.facts.ts';
import { findOwnSubjects, findPeopleFacts, personType } from '../subjects.queries.ts';
import { isInReach, peopleInReach } from './facts.reach.ts';

export interface SubjectQuery {
  readonly applicationId: string;
  readonly type: string;
  /** People: part of the name, user name or mail. Own subjects: what the code begins with. */
  readonly q: string;
  readonly dir: 'asc' | 'desc';
  /** People count because of where they work alone. */
  readonly byWork: boolean;
}

export interface ListedSubject {
  readonly type: string;
  readonly id: string;
  /** Where it stands in the order. */
  readonly key: string;
  readonly name: string;
  readonly userName: string | undefined;
  /** Undefined: not known now, so that everything is denied. */
  readonly facts: SubjectFacts | undefined;
  readonly setByHand: boolean;
}

/** Up to this many people are gathered and sorted; more are walked in the order of their names. */
const maxGathered = 20_000;

/** One page and one more, in reading direction (for `before`: reversed). Places are (name, id), or (code, code). */
export async function listSubjects(
  db: Database,
  query: SubjectQuery,
  page: PageRequest,
  at: Date,
): Promise<ListedSubject[]> {
  return query.type === personType ? listPeople(db, query, page, at) : listOwn(db, query, page, at);
}

interface PersonLine {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly user_name: string;
}

async function listPeople(
  db: Database,
  query: SubjectQuery,
  page: PageRequest,
  at: Date,
): Promise<ListedSubject[]> {
  const order: Order = { key: sql`p.sort_name`, id: sql`p.id`, dir: query.dir, type: 'text' };
  const { applicationId, byWork } = query;
  const few = await areFew(db, query, at);
  const inReach = few
    ? sql`p.id in (${peopleInReach(applicationId, at, byWork)})`
    : isInReach(applicationId, at, byWork, sql`p.id`);
  const { rows } = await sql<PersonLine>`
    select p.id, p.sort_name as key, p.family_name || ', ' || p.given_name as name, p.user_name from person p
    where ${inReach} and ${containsWords(sql`p.search_text`, searchWords(query.q))} and ${beyondPlace(order, page)}
    ${orderBy(order, page)} limit ${page.size + 1}`.execute(db.reader as never);
  const known = await findPeopleFacts(
    db,
    applicationId,
    at,
    rows.map(({ id }) => id),
  );
  const byId = new Map(known.map((row) => [row.id, row]));
  return rows.map(({ id, key, name, user_name: userName }) => {
    const row = byId.get(id);
    return {
      type: personType,
      id,
      key,
      name,
      userName,
      facts: row && personFacts(row, at, byWork).facts,
      setByHand: row?.settings.some(({ source }) => source === 'portal') ?? false,
    };
  });
}

async function areFew(db: Database, { applicationId, byWork }: SubjectQuery, at: Date): Promise<boolean> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from (
    select 1 from (${peopleInReach(applicationId, at, byWork)}) x limit ${maxGathered + 1}) few`.execute(
    db.reader as never,
  );
  return (rows[0]?.count ?? 0) <= maxGathered;
}

async function listOwn(
  db: Database,
  { applicationId, type, q, dir }: SubjectQuery,
  page: PageRequest,
  at: Date,
): Promise<ListedSubject[]> {
  const place = page.before ?? page.after;
  const direction = directionOf(dir, page);
  const beyond =
    place === undefined ? sql`true` : sql`s.id ${direction === 'asc' ? sql`>` : sql`<`} ${place.id}`;
  const { rows } = await sql<{ id: string }>`
    select distinct s.id from decision_subject s
    where s.application_id = ${applicationId}::uuid and s.type = ${type} and not s.facts ? 'gone' and ${beyond}
      and starts_with(s.id, ${q})
    order by s.id ${sql.raw(direction)} limit ${page.size + 1}`.execute(db.reader as never);
  const ids = rows.map(({ id }) => id);
  const stored = Map.groupBy(await findOwnSubjects(db, applicationId, type, ids), (row) => row.id);
  return ids.map((id) => ({
    type,
    id,
    key: id,
    name: id,
    userName: undefined,
    facts: ownSubjectFacts(type, id, stored.get(id) ?? [], at).facts,
    setByHand: stored.get(id)?.some(({ source }) => source === 'portal') ?? false,
  }));
}

const batchSize = 500;

/** All of them, in batches: memory stays flat however many there are. */
export async function* streamSubjects(
  db: Database,
  query: SubjectQuery,
  at: Date,
): AsyncGenerator<ListedSubject> {
  for (let after: { key: string; id: string } | undefined; ;) {
    const found = await listSubjects(db, query, { size: batchSize, after }, at);
    yield* found.slice(0, batchSize);
    if (found.length <= batchSize) return;
    const last = found[batchSize - 1]!;
    after = { key: last.key, id: last.id };
  }
}
