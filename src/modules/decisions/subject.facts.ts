// Makes the facts about one subject from the rows that were read. Pure.
import type { Value } from './condition.model.ts';
import type { SubjectFacts } from './facts.model.ts';
import type { RightsModel } from './rights-model.model.ts';
import {
  itemsByName,
  runningSettings,
  subjectSettingsSchema,
  type RunningSettings,
} from './subject.settings.ts';
import { personType, type PersonRow } from './subjects.queries.ts';

/** What is remembered of one subject of one application. */
export interface KnownSubject {
  /** Absent: not known to the application, so that everything is denied. */
  readonly facts: SubjectFacts | undefined;
  /** True from this instant … */
  readonly fromMs: number;
  /** … to this one: by the clock alone something else may hold then. */
  readonly untilMs: number;
  /** Of a person: where they work, whether that counts now or not. */
  readonly organisationIds: readonly string[];
  /** Of a person: the language for reasons. */
  readonly language?: string | undefined;
}

export interface StoredSettings {
  readonly source: 'portal' | 'sync';
  readonly facts: unknown;
}

/** Whether the model speaks of people by where they work, so that working for a customer is enough to be known. */
export function fillsGroupsByWork(model: RightsModel): boolean {
  const names = model.gates.flatMap((gate) => gate.rules.flatMap((rule) => rule.groups ?? []));
  return names.some((name) => name.startsWith('unit:') || name.startsWith('function:'));
}

/** @param byWork see {@link fillsGroupsByWork} */
export function personFacts(row: PersonRow, at: Date, byWork: boolean): KnownSubject {
  const atMs = at.getTime();
  const said = settingsOf(row.settings, atMs);
  const known =
    row.works.length > 0 &&
    (row.rights.length > 0 ||
      row.settings.some(({ source }) => source === 'portal') ||
      (byWork && row.works.some((work) => work.offered)));
  return {
    facts: known
      ? {
          id: row.id,
          type: personType,
          groups: unique([...groupsOfPerson(row), ...said.groups]),
          attributes: said.attributes,
          lists: said.lists,
        }
      : undefined,
    fromMs: atMs,
    untilMs: Math.min(said.changesAtMs, row.changes_at?.getTime() ?? Infinity),
    organisationIds: row.organisations,
    language: row.language,
  };
}

function groupsOfPerson(row: PersonRow): string[] {
  const byRight = row.rights.flatMap(({ code, context }) => [
    `right:${code}`,
    ...Object.values(context).flatMap((values) => values.map((value) => `right:${code}:${value}`)),
  ]);
  const byWork = row.works.flatMap((work) => [
    ...work.units.map((code) => `unit:${code}`),
    ...(work.function ? [`function:${work.function}`] : []),
  ]);
  return [...byRight, ...byWork];
}

/** A subject of the application's own, known because something was said of it. */
export function ownSubjectFacts(
  type: string,
  id: string,
  stored: readonly StoredSettings[],
  at: Date,
): KnownSubject {
  const said = settingsOf(stored, at.getTime());
  const { groups, attributes, lists } = said;
  return {
    facts: stored.length > 0 ? { id, type, groups: unique([...groups]), attributes, lists } : undefined,
    fromMs: at.getTime(),
    untilMs: said.changesAtMs,
    organisationIds: [],
  };
}

/** Both sources together: groups and lists add up; an attribute that an administrator set is the administrator's. */
function settingsOf(stored: readonly StoredSettings[], atMs: number): RunningSettings {
  const running = (source: string): RunningSettings[] =>
    stored
      .filter((row) => row.source === source)
      .map((row) => runningSettings(subjectSettingsSchema.parse(row.facts), atMs));
  const all = [...running('sync'), ...running('portal')];
  const members = all.flatMap((part) =>
    Object.entries(part.lists).flatMap(([name, items]) => items.map((item) => ({ name, item }))),
  );
  return {
    groups: all.flatMap((part) => part.groups),
    attributes: Object.assign({}, ...all.map((part) => part.attributes)) as Record<string, Value>,
    lists: itemsByName(members),
    changesAtMs: Math.min(Infinity, ...all.map((part) => part.changesAtMs)),
  };
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];
