// The subjects that an application knows as a file, with everything that counts for them: streams, whole or visibly broken off.
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { Database } from '../../../platform/db/open.ts';
import { writeCsv } from '../../../platform/files/csv.ts';
import type { ModelForms } from '../forms/index.ts';
import { streamSubjects, type ListedSubject, type SubjectQuery } from './facts.list.ts';
import { groupNames, itemText, nameText, valueText } from './facts.words.ts';

export async function sendSubjects(
  db: Database,
  query: SubjectQuery,
  forms: ModelForms | undefined,
  at: Date,
  res: Response,
): Promise<void> {
  const { words } = res;
  const head = (name: string): string => words.t(`decisions.facts.${name}`);
  const yesNo = (is: boolean): string => words.t(is ? 'common.form.yes' : 'common.form.no');
  const column = (header: string, value: (subject: ListedSubject) => string) => ({ header, value });
  const columns = [
    column(head('kind'), ({ type }) => type),
    column(head('code'), ({ id }) => id),
    column(head('name'), ({ name, userName }) => (userName === undefined ? '' : name)),
    column(head('new.userName'), ({ userName }) => userName ?? ''),
    column(head('known'), ({ facts }) => yesNo(facts !== undefined)),
    column(head('set'), ({ setByHand }) => yesNo(setByHand)),
    column(head('groups'), ({ facts }) => groupNames(forms, facts?.groups ?? []).join('; ')),
    column(head('attributes'), ({ facts }) =>
      Object.entries(facts?.attributes ?? {})
        .map(([name, value]) => `${nameText(words, name)}: ${valueText(words, name, value)}`)
        .join('; '),
    ),
    column(head('lists'), ({ facts }) =>
      Object.entries(facts?.lists ?? {})
        .flatMap(([name, items]) =>
          items.map((item) => `${nameText(words, name)} (${itemText(words, item)})`),
        )
        .join('; '),
    ),
  ];
  res.type('text/csv').attachment(`${query.type}-${at.toISOString().slice(0, 10)}.csv`);
  await pipeline(writeCsv(streamSubjects(db, query, at), columns), res);
}
