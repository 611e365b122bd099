// Builds the page on which administrators try questions: the form for each kind, and the answer with its reasons.
import type { T } from '../../../platform/i18n.ts';
import { paths } from '../../../web/paths.ts';
import type { Field, Option, Table } from '../../../web/view-models.ts';
import { applicationHeader, type Place } from '../../rights/index.ts';
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
}

export type Answer =
  | { readonly verdict: Verdict }
  | { readonly found: Found; readonly names?: ReadonlyMap<string, string> | undefined };

export interface QuestionsInput {
  readonly words: T;
  readonly now: Date;
  readonly place: Place;
  readonly model: RightsModel | undefined;
  readonly typed: Typed;
  /** Undefined: nothing was asked yet, or not all was filled in. */
  readonly answer: Answer | undefined;
  readonly incomplete: boolean;
}

const say = (words: T, key: string): string => words.t(`authzen.ask.${key}`);

/** The fields that each kind of question needs. */
export const fieldsOf: Readonly<Record<Kind, readonly ('who' | 'what' | 'record')[]>> = {
  one: ['who', 'what', 'record'],
  records: ['who', 'what'],
  people: ['what', 'record'],
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
    fields: fieldsOf[typed.ask].map((name) => fieldFor(words, name, typed, model)),
    submit: say(words, 'ask'),
    errors: input.incomplete ? [{ text: say(words, 'fillIn') }] : [],
    ...answerParts(input),
  };
}

function fieldFor(
  words: T,
  name: 'who' | 'what' | 'record',
  typed: Typed,
  model: RightsModel | undefined,
): Field {
  const label = say(words, name);
  if (name === 'what')
    return { name, label, type: 'select', value: typed.what, options: actionOptions(model), prompt: '' };
  return { name, label, value: typed[name], hint: say(words, `${name}Hint`), autocomplete: 'off' };
}

const actionOptions = (model: RightsModel | undefined): Option[] =>
  (model?.resourceTypes ?? []).flatMap((type) =>
    type.actions.map((action) => ({ value: `${type.name}/${action}`, text: `${type.name}: ${action}` })),
  );

function answerParts({ words, place, typed, answer }: QuestionsInput) {
  if (!answer) return {};
  if ('verdict' in answer) return verdictParts(words, answer.verdict);
  const { found, names } = answer;
  const last = found.ids.at(-1);
  return {
    table: foundTable(words, typed.ask, found, names),
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
export function verdictParts(words: T, verdict: Verdict) {
  const text = verdict.obstacle
    ? say(words, `obstacle.${verdict.obstacle}`)
    : words.t(`authzen.reason.${reasonKey(verdict)}`);
  return {
    notice: {
      kind: verdict.allowed ? ('success' as const) : ('danger' as const),
      title: say(words, verdict.allowed ? 'yes' : 'no'),
      text,
    },
    table: verdict.trace.length > 0 ? traceTable(words, verdict) : undefined,
  };
}

const states = {
  permit: 'active',
  silent_permit: 'info',
  forbid: 'danger',
  silent_deny: 'ended',
} as const satisfies Record<GateOutcome, string>;

function traceTable(words: T, verdict: Verdict): Table {
  return {
    caption: say(words, 'gates'),
    captionVisible: true,
    columns: ['gate', 'outcome', 'choice'].map((key) => ({ key, text: say(words, key) })),
    rows: verdict.trace.map(({ gate, outcome, rule }) => ({
      cells: {
        gate,
        outcome: { tags: [{ text: say(words, `outcomes.${outcome}`), state: states[outcome] }] },
        choice: rule ?? say(words, 'nobodys'),
      },
    })),
  };
}

function foundTable(
  words: T,
  ask: Kind,
  found: Found,
  names: ReadonlyMap<string, string> | undefined,
): Table {
  const isPeople = ask === 'people';
  return {
    caption: say(words, isPeople ? 'foundPeople' : 'foundRecords'),
    captionVisible: true,
    columns: [{ key: 'id', text: say(words, isPeople ? 'name' : 'id') }],
    rows: found.ids.map((id) => ({ cells: { id: names?.get(id) ?? id } })),
    empty: { title: say(words, 'none'), text: say(words, isPeople ? 'nonePeople' : 'noneRecords') },
  };
}

/** The question as an address: it can be kept, sent and printed. */
function addressOf(applicationId: string, typed: Typed): string {
  const given = Object.entries(typed).filter(([, value]) => value !== '');
  return `${paths.askDecisions(applicationId)}?${new URLSearchParams(given as [string, string][])}`;
}
