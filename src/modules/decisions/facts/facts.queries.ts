// Reads one subject with everything that is known of it, and where each part of that comes from.
import type { Database } from '../../../platform/db/open.ts';
import type { Reader, Writer } from '../../../platform/db/types.ts';
import type { ModelForms } from '../forms/index.ts';
import { findModel } from '../models/models.queries.ts';
import { subjectSettingsSchema, type SubjectSettings } from '../subject.settings.ts';
import { ownSubjectFacts, personFacts } from '../subject.facts.ts';
import { findPeopleFacts, personType } from '../subjects.queries.ts';
import { noFacts } from './facts.edits.ts';
import { requireInReach, type SubjectRef } from './facts.reach.ts';

/** The forms that say what can be set: the valid ones, or a first draft. */
export async function findFactForms(
  reader: Reader | Writer,
  applicationId: string,
): Promise<ModelForms | undefined> {
  const model =
    (await findModel(reader, applicationId, 'valid')) ?? (await findModel(reader, applicationId, 'draft'));
  return model?.forms;
}

export interface SubjectSheet extends SubjectRef {
  /** Of a person. */
  readonly name: string | undefined;
  readonly userName: string | undefined;
  /** Names of groups that count now, whoever filled them. */
  readonly groups: readonly string[];
  /** Whether decisions about the subject can be anything but no, now. */
  readonly known: boolean;
  readonly byHand: SubjectSettings;
  /** Something was set by hand, if only that the subject is known. */
  readonly isSet: boolean;
  /** Of what is set by hand; 0: nothing ever was. */
  readonly version: number;
  readonly brought: SubjectSettings;
}

/**
 * @param byWork whether the model fills groups by where people work
 * @throws decision_subject_not_found also when out of reach
 */
export async function getSubjectSheet(
  db: Database,
  subject: SubjectRef,
  byWork: boolean,
  at: Date,
): Promise<SubjectSheet> {
  await requireInReach(db.reader, subject, at);
  const { applicationId, type, id } = subject;
  const stored = await findStored(db, subject);
  const said = (source: 'portal' | 'sync') =>
    stored.find((row) => row.source === source && !isGone(row.facts));
  const [byHand, brought] = [said('portal'), said('sync')];
  const person = type === personType ? await findPerson(db, subject, byWork, at) : undefined;
  const present = stored.filter((row) => !isGone(row.facts));
  const facts = person ? person.facts : ownSubjectFacts(type, id, present, at).facts;
  return {
    applicationId,
    type,
    id,
    name: person?.name,
    userName: person?.userName,
    groups: facts?.groups ?? [],
    known: facts !== undefined,
    byHand: byHand ? subjectSettingsSchema.parse(byHand.facts) : noFacts,
    isSet: byHand !== undefined,
    version: stored.find((row) => row.source === 'portal')?.version ?? 0,
    brought: brought ? subjectSettingsSchema.parse(brought.facts) : noFacts,
  };
}

interface Stored {
  readonly source: 'portal' | 'sync';
  readonly facts: unknown;
  readonly version: number;
}

const isGone = (facts: unknown): boolean => typeof facts === 'object' && facts !== null && 'gone' in facts;

const findStored = (db: Database, { applicationId, type, id }: SubjectRef): Promise<Stored[]> =>
  db.query<Stored>(
    `select source, facts, version from decision_subject
     where application_id = $1::uuid and type = $2::text and id = $3::text`,
    [applicationId, type, id],
  );

async function findPerson(db: Database, { applicationId, id }: SubjectRef, byWork: boolean, at: Date) {
  const [row] = await findPeopleFacts(db, applicationId, at, [id]);
  const [named] = await db.query<{ name: string; user_name: string }>(
    `select given_name || ' ' || family_name as name, user_name from person where id = $1::uuid`,
    [id],
  );
  return {
    facts: row && personFacts(row, at, byWork).facts,
    name: named?.name,
    userName: named?.user_name,
  };
}

/** Codes of the records of a type, to choose from; undefined when there are too many for that. */
export async function findRecordChoices(
  db: Database,
  applicationId: string,
  type: string,
): Promise<readonly string[] | undefined> {
  const rows = await db.query<{ id: string }>(
    `select id from decision_record where application_id = $1::uuid and type = $2::text order by id limit ${maxChoices + 1}`,
    [applicationId, type],
  );
  return rows.length > maxChoices || rows.length === 0 ? undefined : rows.map(({ id }) => id);
}

const maxChoices = 50;
