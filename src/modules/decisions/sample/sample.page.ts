// Builds the matrix of a sample: people or groups down, records across, and in each cell what may be done, with the way to why.
import type { T } from '../../../platform/i18n.ts';
import { paths } from '../../../web/paths.ts';
import { html } from '../../../web/templates.ts';
import type { Field, Option, Table, TableCell } from '../../../web/view-models.ts';
import { applicationHeader, type Place } from '../../rights/index.ts';
import type { ModelForms } from '../forms/index.ts';
import type { RightsModel } from '../rights-model.model.ts';
import { decisionSections } from '../sections.ts';
import { personType } from '../subjects.queries.ts';
import type { Sample } from './sample.answers.ts';
import { rowKinds, sampleAddress, traceAddress, type SampleQuery } from './sample.query.ts';
import type { SampleProblem } from './sample.rows.ts';

export interface SamplePageInput {
  readonly words: T;
  readonly now: Date;
  readonly place: Place;
  readonly query: SampleQuery;
  /** Undefined: there is no valid model. */
  readonly model: { readonly forms: ModelForms; readonly rights: RightsModel } | undefined;
  readonly subjectTypes: readonly string[];
  readonly problems: readonly SampleProblem[];
  readonly sample: Sample | undefined;
}

export const say = (words: T, key: string, params?: Record<string, string | number>): string =>
  words.t(`decisions.sample.${key}`, params);

/** Actions are named by each application; the usual ones have words. */
export function actionText(words: T, action: string): string {
  const key = `decisions.actions.${action}`;
  return words.has(key) ? words.t(key) : action;
}

export function buildSamplePage(input: SamplePageInput) {
  const { words, place, now, query, model, problems, sample } = input;
  return {
    header: applicationHeader(words, place, 'rightsModel', now, []),
    parts: decisionSections(words, place, 'sample'),
    title: say(words, 'title'),
    intro: say(words, 'intro'),
    empty: model ? undefined : { title: say(words, 'none'), text: words.t('authzen.ask.obstacle.no_model') },
    action: paths.decisionSample(place.id),
    errors: problems.map(({ code, params }) => ({ text: say(words, `problems.${code}`, params) })),
    rowsField: rowsField(words, query),
    fieldPairs: [
      [subjectField(input), kindField(input)],
      [whoField(words, query), recordsField(words, query)],
    ],
    actionField: actionField(input),
    submit: say(words, 'submit'),
    ...(sample ? resultOf(input, sample) : {}),
  };
}

const rowsField = (words: T, { rows }: SampleQuery): Field => ({
  name: 'rows',
  type: 'radio',
  label: say(words, 'rows'),
  value: rows,
  options: rowKinds.map((value) => ({ value, text: say(words, value), hint: say(words, `${value}Hint`) })),
});

const subjectField = ({ words, query, subjectTypes }: SamplePageInput): Field => ({
  name: 'subject',
  type: 'select',
  label: say(words, 'subject'),
  value: query.subject,
  options: subjectTypes.map((value) => ({
    value,
    text: value === personType ? say(words, 'persons') : value,
  })),
});

const whoField = (words: T, { who }: SampleQuery): Field => ({
  name: 'who',
  type: 'textarea',
  label: say(words, 'who'),
  hint: say(words, 'whoHint'),
  optional: true,
  rows: 4,
  value: who.join('\n'),
});

function kindField({ words, query, model }: SamplePageInput): Field {
  const labels = new Map(model?.forms.resourceTypes.map(({ name, label }) => [name, label]));
  const options = (model?.rights.resourceTypes ?? []).map(({ name, ofModel }): Option => ({
    value: name,
    text: ofModel ? say(words, `own.${name}`) : (labels.get(name) ?? name),
  }));
  return { name: 'kind', type: 'select', label: say(words, 'kind'), value: query.kind, options };
}

const recordsField = (words: T, { records }: SampleQuery): Field => ({
  name: 'records',
  type: 'textarea',
  label: say(words, 'records'),
  hint: say(words, 'recordsHint'),
  optional: true,
  rows: 4,
  value: records.join('\n'),
});

function actionField({ words, query, model }: SamplePageInput): Field {
  const actions = new Set(model?.rights.resourceTypes.flatMap((type) => type.actions));
  return {
    name: 'action',
    type: 'select',
    label: say(words, 'action'),
    value: query.action,
    prompt: say(words, 'allActions'),
    options: [...actions].map((value) => ({ value, text: actionText(words, value) })),
  };
}

function resultOf(input: SamplePageInput, sample: Sample) {
  const { words, place, query } = input;
  const exported = { ...query };
  return {
    result: say(words, 'result', { rows: sample.rows.length, columns: sample.columns.length }),
    note: query.rows === 'groups' ? say(words, 'groupsNote') : undefined,
    table: matrixOf(input, sample),
    actions: [
      {
        text: say(words, 'export'),
        href: sampleAddress(paths.exportDecisionSample(place.id), exported),
        kind: 'secondary' as const,
      },
    ],
  };
}

function matrixOf(input: SamplePageInput, sample: Sample): Table {
  const { words } = input;
  return {
    caption: say(words, 'title'),
    wide: true,
    columns: [
      { key: 'who', text: say(words, input.query.rows) },
      ...sample.columns.map(({ id, label }) => ({ key: `r-${id}`, text: label })),
    ],
    rows: sample.rows.map((row, rowAt) => ({
      cells: {
        who: row.sub === undefined ? { text: row.label } : { text: row.label, sub: row.sub },
        ...Object.fromEntries(
          sample.columns.map((column, columnAt) => [
            `r-${column.id}`,
            cellOf(input, sample, { row, column, allowed: sample.allowed[rowAt]![columnAt]! }),
          ]),
        ),
      },
    })),
    empty: { title: say(words, 'nobody') },
  };
}

interface Cell {
  readonly row: Sample['rows'][number];
  readonly column: Sample['columns'][number];
  readonly allowed: readonly string[];
}

/** Each answer leads to its reasons: of what is allowed to why, of nothing to why not. */
function cellOf(
  { words, place, query }: SamplePageInput,
  sample: Sample,
  { row, column, allowed }: Cell,
): TableCell {
  const link = (text: string, action: string, quiet = false): string => {
    const href = traceAddress(place.id, query, { who: row.who, action, record: column.id });
    const about = `${row.label}, ${column.label}`;
    return html`<a class="${quiet ? 'quiet-link' : ''}" href="${href}"
      >${text}<span class="visually-hidden"> ${about}</span></a
    >`;
  };
  const only = sample.actions[0]!;
  const isNothing = allowed.length === 0;
  if (sample.actions.length === 1) {
    return { html: link(words.t(`common.form.${isNothing ? 'no' : 'yes'}`), only, isNothing) };
  }
  if (isNothing) return { html: link(say(words, 'nothing'), only, true) };
  return { html: allowed.map((action) => link(actionText(words, action), action)).join(', ') };
}
