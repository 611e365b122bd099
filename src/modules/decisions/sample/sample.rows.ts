// Who and what is in a sample: all of a kind, or what was named. More than fits is refused, never cut off.
import type { Database } from '../../../platform/db/open.ts';
import { findPersonInReach } from '../facts/facts.reach.ts';
import { listSubjects } from '../facts/facts.list.ts';
import type { SubjectFacts } from '../facts.model.ts';
import { namesOfGroup, vocabularyOf, type ModelForms } from '../forms/index.ts';
import { comesWithRequest, type Entity } from '../request.facts.ts';
import type { LoadedModel } from '../snapshot.ts';
import { personType } from '../subjects.queries.ts';
import type { SampleQuery } from './sample.query.ts';

/** 50 × 30 × 6 actions took 0.4 s (1.5 s where rules look for other records): about what one page may cost. */
export const maxRows = 50;
export const maxColumns = 30;

/** A person, account or group whose answers stand in a row. */
export interface SampleRow {
  readonly label: string;
  readonly sub?: string | undefined;
  /** As somebody would type it to ask about them. */
  readonly who: string;
  readonly subject: Entity;
  /** Of a group: somebody of whom nothing else is known. */
  readonly supposed?: SubjectFacts | undefined;
}

export interface SampleColumn {
  readonly id: string;
  readonly label: string;
}

/** Words under `decisions.sample.problems`. */
export interface SampleProblem {
  readonly code:
    'kind' | 'tooManyPeople' | 'tooManyRecords' | 'unknownPeople' | 'unknownRecords' | 'unknownGroups';
  readonly params: Readonly<Record<string, string | number>>;
}

export type Found<Part> = { readonly parts: readonly Part[] } | { readonly problem: SampleProblem };

export interface SampleSource {
  readonly db: Database;
  readonly applicationId: string;
  readonly forms: ModelForms;
  readonly loaded: LoadedModel;
  readonly at: Date;
}

const problem = (code: SampleProblem['code'], params: SampleProblem['params']) => ({
  problem: { code, params },
});

export function findRows(
  source: SampleSource,
  query: SampleQuery,
): Promise<Found<SampleRow>> | Found<SampleRow> {
  if (query.rows === 'groups') return groupRows(source, query);
  if (query.who.length > maxRows) return problem('tooManyPeople', { maximum: maxRows });
  return query.who.length === 0 ? allSubjects(source, query) : namedSubjects(source, query);
}

function groupRows({ forms }: SampleSource, { who }: SampleQuery): Found<SampleRow> {
  const vocabulary = vocabularyOf(forms);
  const unknown = who.filter((id) => !vocabulary.groups.has(id));
  if (unknown.length > 0) return problem('unknownGroups', { names: unknown.join(', ') });
  const chosen = forms.groups.filter(({ id }) => who.length === 0 || who.includes(id));
  if (chosen.length > maxRows) return problem('tooManyPeople', { maximum: maxRows });
  return { parts: chosen.map(({ id, name }) => ({ label: name, sub: id, ...thoughtOf(forms, id) })) };
}

/** Somebody who is in one group, and of whom nothing else is known: no settings, no lists, no relationships. */
export function thoughtOf(forms: ModelForms, group: string) {
  const subject: Entity = { type: 'group', id: group };
  const groups = namesOfGroup(vocabularyOf(forms), group);
  return { who: group, subject, supposed: { ...subject, groups, attributes: {}, lists: {} } };
}

/** Everybody within reach of the application's owners, in the order of their list. */
async function allSubjects(
  { db, applicationId, loaded, at }: SampleSource,
  { subject: type }: SampleQuery,
): Promise<Found<SampleRow>> {
  const asked = { applicationId, type, q: '', dir: 'asc', byWork: loaded.byWork } as const;
  const found = await listSubjects(db, asked, { size: maxRows }, at);
  if (found.length > maxRows) return problem('tooManyPeople', { maximum: maxRows });
  return {
    parts: found.map(({ id, name, userName }) => ({
      label: name,
      sub: userName,
      who: userName ?? `${type}/${id}`,
      subject: { type, id },
    })),
  };
}

async function namedSubjects(source: SampleSource, query: SampleQuery): Promise<Found<SampleRow>> {
  const { subject: type, who } = query;
  return type === personType ? namedPeople(source, who) : namedOwn(source, type, who);
}

async function namedPeople(
  { db, applicationId, at }: SampleSource,
  who: readonly string[],
): Promise<Found<SampleRow>> {
  const ids = await Promise.all(who.map((typed) => findPersonInReach(db.reader, applicationId, typed, at)));
  const unknown = who.filter((_typed, index) => ids[index] === undefined);
  if (unknown.length > 0) return problem('unknownPeople', { names: unknown.join(', ') });
  const rows = await db.query<{ id: string; name: string }>(
    `select id, family_name || ', ' || given_name as name from person where id = any($1::uuid[])`,
    [ids],
  );
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  return {
    parts: who.map((typed, index) => {
      const id = ids[index]!;
      return { label: names.get(id) ?? typed, sub: typed, who: typed, subject: { type: personType, id } };
    }),
  };
}

async function namedOwn(
  { db, applicationId }: SampleSource,
  type: string,
  who: readonly string[],
): Promise<Found<SampleRow>> {
  const rows = await db.query<{ id: string }>(
    `select distinct s.id from decision_subject s where s.application_id = $1::uuid and s.type = $2::text
       and s.id = any($3::text[]) and not s.facts ? 'gone'`,
    [applicationId, type, who],
  );
  const known = new Set(rows.map(({ id }) => id));
  const unknown = who.filter((id) => !known.has(id));
  if (unknown.length > 0) return problem('unknownPeople', { names: unknown.join(', ') });
  return { parts: who.map((id) => ({ label: id, who: `${type}/${id}`, subject: { type, id } })) };
}

/** Records that the application brought, or items of the model itself. */
export async function findColumns(source: SampleSource, query: SampleQuery): Promise<Found<SampleColumn>> {
  const { loaded, forms } = source;
  const type = loaded.model.resourceTypes.find(({ name }) => name === query.kind);
  if (!type) return problem('kind', {});
  const known = type.ofModel
    ? loaded.model.nodes.filter((node) => node.type === type.name).map(({ id }) => id)
    : await heldRecords(source, query);
  const named = query.records.length > 0 ? query.records : known;
  if (named.length > maxColumns) return problem('tooManyRecords', { maximum: maxColumns });
  const unknown = named.filter((id) => !known.includes(id));
  // What comes with each question need not be known here.
  if (unknown.length > 0 && !comesWithRequest(type))
    return problem('unknownRecords', { names: unknown.join(', ') });
  const labels = type.ofModel ? itemNames(forms) : new Map<string, string>();
  return { parts: named.map((id) => ({ id, label: labels.get(id) ?? id })) };
}

/** Codes: those that were named, or one more than fits. */
async function heldRecords(
  { db, applicationId }: SampleSource,
  { kind, records }: SampleQuery,
): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `select r.id from decision_record r where r.application_id = $1::uuid and r.type = $2::text
       and ($3::text[] = '{}' or r.id = any($3::text[])) order by r.id limit $4::int`,
    [applicationId, kind, records, maxColumns + 1],
  );
  return rows.map(({ id }) => id);
}

function itemNames(forms: ModelForms): Map<string, string> {
  const permissions = forms.forms.filter((form) => form.kind === 'permissions');
  const nodes = permissions.flatMap(({ modules }) => [...modules, ...modules.flatMap(({ items }) => items)]);
  return new Map(nodes.map(({ id, name }) => [id, name]));
}
