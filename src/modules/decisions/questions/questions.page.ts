// Builds the page on which administrators try questions: the form for each kind, and the answer with its reasons.
import type { T } from '../../../platform/i18n.ts';
import { paths } from '../../../web/paths.ts';
import type { Field, Option, Table, TableCell } from '../../../web/view-models.ts';
import { applicationHeader, type Place } from '../../rights/index.ts';
import type { ModelForms } from '../forms/index.ts';
import { actionText } from '../models/difference.page.ts';
import { personType } from '../subjects.queries.ts';
import { ChoiceNames } from './choice.words.ts';
import type { GateOutcome } from '../evaluator.ts';
import { reasonKey, type Verdict } from '../reasons.ts';
import type { RightsModel } from '../rights-model.model.ts';
import type { Found } from '../search.ts';
import { decisionSections } from '../sections.ts';

export const kinds = ['one', 'records', 'people'] as const;
export type Kind = (typeof kinds)[number];

/** What stands in the address. */
export interface Typed {
  readonly ask: Kind;
  readonly who: string;
  /** `type/action` */
  readonly what: string;
  readonly record: string;
  readonly after: string;
  /** Whom to look for: people, or a type of the application's own. */
  readonly whose: string;
}

export type Answer =
  | { readonly verdict: Verdict }
  | { readonly found: Found; readonly names?: ReadonlyMap<string, string> | undefined };

export interface QuestionsInput {
  readonly words: T;
  readonly now: Date;
  readonly place: Place;
  readonly model: RightsModel | undefined;
  /** What the model was made from; undefined: from no forms. */
  readonly forms: ModelForms | undefined;
  /** Types of the application's own subjects. */
  readonly subjectTypes: readonly string[];
  readonly typed: Typed;
  /** Undefined: nothing was asked yet, or not all was filled in. */
  readonly answer: Answer | undefined;
  readonly incomplete: boolean;
}

const say = (words: T, key: string): string => words.t(`authzen.ask.${key}`);

export type FieldName = 'who' | 'what' | 'record' | 'whose';

/** The fields that each kind of question needs. */
export const fieldsOf: Readonly<Record<Kind, readonly FieldName[]>> = {
  one: ['who', 'what', 'record'],
  records: ['who', 'what'],
  people: ['what', 'record', 'whose'],
};

export function buildQuestionsPage(input: QuestionsInput) {
  const { words, place, now, typed, model } = input;
  const header = applicationHeader(words, place, 'rightsModel', now, []);
  return {
    header,
    parts: decisionSections(words, place, 'questions'),
    title: say(words, 'title'),
    intro: say(words, 'intro'),
    kinds: {
      label: say(words, 'modes'),
      items: kinds.map((kind) => ({
        text: say(words, kind),
        href: addressOf(place.id, { ...typed, ask: kind, after: '' }),
        current: kind === typed.ask,
      })),
    },
    empty: model ? undefined : { title: say(words, 'none'), text: say(words, 'obstacle.no_model') },
    action: paths.askDecisions(place.id),
    ask: typed.ask,
    fields: fieldsOf[typed.ask].map((name) => fieldFor(input, name)),
    submit: say(words, 'ask'),
    errors: input.incomplete ? [{ text: say(words, 'fillIn') }] : [],
    ...answerParts(input),
  };
}

function fieldFor({ words, typed, model, forms, subjectTypes }: QuestionsInput, name: FieldName): Field {
  const label = say(words, name);
  const select = (options: Option[]): Field => ({ name, label, type: 'select', value: typed[name], options });
  if (name === 'what') return { ...select(actionOptions(words, model, forms)), prompt: '' };
  if (name === 'whose') return select(subjectOptions(words, subjectTypes));
  return { name, label, value: typed[name], hint: say(words, `${name}Hint`), autocomplete: 'off' };
}

/** In the words of the document: "Client: view". */
function actionOptions(words: T, model: RightsModel | undefined, forms: ModelForms | undefined): Option[] {
  const labels = new Map(forms?.resourceTypes.map(({ name, label }) => [name, label]));
  const own = (type: string): string => (type === 'module' ? 'items.module' : 'ticks.item');
  return (model?.resourceTypes ?? []).flatMap(({ name, actions, ofModel }) => {
    const label = labels.get(name) ?? (ofModel && forms ? words.t(`decisions.${own(name)}`) : name);
    return actions.map((action) => ({
      value: `${name}/${action}`,
      text: `${label}: ${actionText(words, action)}`,
    }));
  });
}

const subjectOptions = (words: T, types: readonly string[]): Option[] => [
  { value: personType, text: words.t('decisions.facts.people') },
  ...types.map((type) => ({ value: type, text: words.t('decisions.facts.ownType', { type }) })),
];

function answerParts({ words, place, typed, answer, forms }: QuestionsInput) {
  if (!answer) return {};
  if ('verdict' in answer) return verdictParts(words, answer.verdict, forms);
  const { found, names } = answer;
  const last = found.ids.at(-1);
  return {
    table: foundTable(words, place, typed, found, names),
    next:
      found.more && last !== undefined
        ? {
            text: say(words, 'next'),
            href: addressOf(place.id, { ...typed, after: last }),
            kind: 'secondary' as const,
          }
        : undefined,
  };
}

/** The answer with the layers and the choices behind it. */
export function verdictParts(words: T, verdict: Verdict, forms: ModelForms | undefined) {
  const text = verdict.obstacle
    ? say(words, `obstacle.${verdict.obstacle}`)
    : words.t(`authzen.reason.${reasonKey(verdict)}`);
  return {
    notice: {
      kind: verdict.allowed ? ('success' as const) : ('danger' as const),
      title: say(words, verdict.allowed ? 'yes' : 'no'),
      text,
    },
    table: verdict.trace.length > 0 ? traceTable(words, verdict, forms) : undefined,
  };
}

const states = {
  permit: 'active',
  silent_permit: 'info',
  forbid: 'danger',
  silent_deny: 'ended',
} as const satisfies Record<GateOutcome, string>;

/** In the words of the document, with the codes that answers over the wire name. */
function traceTable(words: T, verdict: Verdict, forms: ModelForms | undefined): Table {
  const names = forms && new ChoiceNames(words, forms);
  const cell = (text: string, code: string): TableCell => (text === code ? { text } : { text, sub: code });
  return {
    caption: say(words, 'gates'),
    captionVisible: true,
    columns: ['gate', 'outcome', 'choice'].map((key) => ({ key, text: say(words, key) })),
    rows: verdict.trace.map(({ gate, outcome, rule }) => ({
      cells: {
        gate: cell(names?.gate(gate) ?? gate, gate),
        outcome: { tags: [{ text: say(words, `outcomes.${outcome}`), state: states[outcome] }] },
        choice: rule === undefined ? say(words, 'nobodys') : cell(names?.rule(rule) ?? rule, rule),
      },
    })),
  };
}

function foundTable(
  words: T,
  place: Place,
  typed: Typed,
  found: Found,
  names: ReadonlyMap<string, string> | undefined,
): Table {
  const isPeople = typed.ask === 'people';
  const type = typed.what.slice(0, typed.what.lastIndexOf('/'));
  // Menus and tools are the model's own: they have no page.
  const isRecord = type !== 'module' && type !== 'feature';
  const hrefOf = (id: string): { href?: string } =>
    isPeople
      ? { href: paths.decisionSubject(place.id, typed.whose, id) }
      : isRecord
        ? { href: paths.decisionRecord(place.id, type, id) }
        : {};
  return {
    caption: say(words, isPeople ? 'foundPeople' : 'foundRecords'),
    captionVisible: true,
    columns: [{ key: 'id', text: say(words, isPeople ? 'name' : 'id') }],
    rows: found.ids.map((id) => ({ cells: { id: { text: names?.get(id) ?? id, ...hrefOf(id) } } })),
    empty: { title: say(words, 'none'), text: say(words, isPeople ? 'nonePeople' : 'noneRecords') },
  };
}

/** The question as an address: it can be kept, sent and printed. */
function addressOf(applicationId: string, typed: Typed): string {
  const given = Object.entries(typed).filter(([, value]) => value !== '');
  return `${paths.askDecisions(applicationId)}?${new URLSearchParams(given as [string, string][])}`;
}
