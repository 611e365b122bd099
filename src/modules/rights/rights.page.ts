// Builds what the pages about the rights of an application show. Reads nothing itself.
import type { T } from '../../platform/i18n.ts';
import { buildConflict } from '../../web/conflict.ts';
import { fieldStates, type Typed } from '../../web/form.ts';
import { staleNotice, type ConfirmPage, type ConflictPage } from '../../web/form-page.ts';
import { nameInputs, namesInitial } from '../../web/form-parts.ts';
import { paths } from '../../web/paths.ts';
import { readableErrors } from '../../web/readable-errors.ts';
import { periodTag, type Field, type Table } from '../../web/view-models.ts';
import type { LastChange } from '../administration/index.ts';
import type { ContextDefinition } from './rights.context.ts';
import { writeOptions } from './rights.forms.ts';
import { nameIn, type Right } from './rights.model.ts';
import { dayOf, headerOf, reasonField, type FormState, type RightsPage } from './application.page.ts';

const rightsList = ({ words, application }: RightsPage) => ({
  text: words.t('rights.list.title'),
  href: paths.rights(application.id),
});

export function buildRightsTable(page: RightsPage, rights: readonly Right[]): Table {
  const { words, application, now } = page;
  return {
    caption: words.t('rights.list.title'),
    columns: [
      { key: 'right', text: words.t('rights.right') },
      { key: 'contexts', text: words.t('rights.contexts') },
      { key: 'period', text: words.t('rights.period') },
      { key: 'actions', text: words.t('rights.actions'), hidden: true },
    ],
    rows: rights.map((right) => {
      const name = nameIn(right.names, words.lang, right.code);
      const { from, until } = right.period;
      const over = until !== null && until <= now;
      const actions = [
        { text: words.t('rights.change'), label: name, href: paths.editRight(application.id, right.id) },
        ...(over
          ? []
          : [
              {
                text: words.t('rights.end.action'),
                label: name,
                href: paths.endRight(application.id, right.id),
              },
            ]),
      ];
      return {
        cells: {
          right: { text: name, sub: right.code },
          contexts: right.contexts
            .map((context) => nameIn(context.names, words.lang, context.code))
            .join(', ') || { text: words.t('rights.noContext') },
          period: { period: { from, until }, tags: [periodTag(words, from, until, now)] },
          actions: application.mayChange ? { actions } : '',
        },
      };
    }),
    empty: {
      title: words.t('rights.list.none'),
      text: words.t('rights.list.noneText'),
      icon: 'rights',
      ...(application.mayChange
        ? { action: { text: words.t('rights.new.title'), href: paths.newRight(application.id) } }
        : {}),
    },
  };
}

/** The form for a new right, or to change one. */
export function buildRightForm(page: RightsPage, right: Right | undefined, state: FormState = {}) {
  const { words, application, zone } = page;
  const fields = readableErrors(words, zone, state.fields ?? {});
  const valueOf = fieldStates(words, {
    ...(state.typed ? { typed: state.typed } : {}),
    fields,
    initial: initialOf(right, zone),
  });
  const title = words.t(right ? 'rights.edit.title' : 'rights.new.title');
  const groups = groupCount(right?.contexts.length ?? 0, state.typed);
  const contexts = Array.from({ length: groups }, (_, index) => contextGroup(words, index, valueOf));
  const main: Field[] = [
    {
      name: 'code',
      label: words.t('rights.code'),
      hint: words.t('rights.codeHint'),
      width: 'medium',
      autocomplete: 'off',
      ...valueOf('code'),
    },
    ...nameInputs(words, 'names', words.t('rights.name'), valueOf),
    ...nameInputs(words, 'descriptions', words.t('rights.description'), valueOf, {
      type: 'textarea',
      rows: 2,
    }),
    {
      name: 'position',
      type: 'number',
      label: words.t('rights.position'),
      hint: words.t('rights.positionHint'),
      width: 'short',
      min: 0,
      max: 9999,
      ...valueOf('position'),
    },
    {
      name: 'until',
      type: 'date',
      label: words.t('rights.until'),
      optional: true,
      width: 'short',
      ...valueOf('until'),
    },
  ];
  return {
    header: headerOf(page, rightsList(page), title),
    errors: fields,
    labels: Object.fromEntries(
      [...main, ...contexts.flatMap((group) => group.fields)].map((field) => [field.name, field.label]),
    ),
    action: right ? paths.editRight(application.id, right.id) : paths.rights(application.id),
    version: right?.version ?? 0,
    fields: main,
    contexts,
    submit: words.t('common.form.save'),
    cancelHref: paths.rights(application.id),
  };
}

/** Those that exist and two to fill in; after an error as many as were sent. */
function groupCount(existing: number, typed: Typed | undefined): number {
  const sent = Object.keys(typed ?? {}).flatMap((name) => /^contexts\.(\d+)\./.exec(name)?.[1] ?? []);
  return Math.min(12, Math.max(existing + 2, ...sent.map((index) => Number(index) + 1)));
}

function contextGroup(
  words: T,
  index: number,
  valueOf: ReturnType<typeof fieldStates>,
): { title: string; open: boolean; fields: Field[] } {
  const field = (name: string, rest: Partial<Field> = {}): Field => {
    const full = `contexts.${index}.${name}`;
    return { name: full, label: words.t(`rights.context.${name}`), ...rest, ...valueOf(full) };
  };
  const kinds = (['list', 'text', 'unit'] as const).map((value) => ({
    value,
    text: words.t(`rights.context.kinds.${value}`),
  }));
  const code = valueOf(`contexts.${index}.code`).value;
  const used = typeof code === 'string' && code !== '';
  const fields: Field[] = [
    field('code', { hint: words.t('rights.context.codeHint'), optional: true, autocomplete: 'off' }),
    ...nameInputs(words, `contexts.${index}.names`, words.t('rights.name'), valueOf),
    field('kind', { type: 'select', options: kinds }),
    field('required', { type: 'checkbox', hint: words.t('rights.context.requiredHint') }),
    field('many', { type: 'checkbox' }),
    field('options', {
      type: 'textarea',
      rows: 4,
      optional: true,
      hint: words.t('rights.context.optionsHint'),
    }),
    field('pattern', { optional: true, hint: words.t('rights.context.patternHint'), autocomplete: 'off' }),
  ];
  const number = index + 1;
  const title = used
    ? words.t('rights.context.used', { number, name: code })
    : words.t('rights.context.empty', { number });
  return { title, open: used || fields.some((one) => one.error !== undefined), fields };
}

function initialOf(right: Right | undefined, zone: string): Record<string, string | undefined> {
  if (!right) return { position: '0' };
  return {
    code: right.code,
    position: String(right.position),
    until: dayOf(right.period.until, zone),
    ...namesInitial('names', right.names),
    ...namesInitial('descriptions', right.descriptions),
    ...Object.assign({}, ...right.contexts.map(contextInitial)),
  };
}

function contextInitial(context: ContextDefinition, index: number): Record<string, string | undefined> {
  const key = (name: string): string => `contexts.${index}.${name}`;
  const names = namesInitial(key('names'), context.names);
  return {
    [key('code')]: context.code,
    [key('kind')]: context.kind,
    [key('pattern')]: context.pattern ?? '',
    ...names,
    [key('required')]: context.required ? 'on' : '',
    [key('many')]: context.many ? 'on' : '',
    [key('options')]: writeOptions(context.options.filter((option) => option.withdrawnAt === null)),
  };
}

/** Before a right ends for everybody. */
export function buildEndRightPage(
  page: RightsPage,
  right: Right,
  holders: number,
  changedMeanwhile: boolean,
): ConfirmPage {
  const { words, application } = page;
  return {
    header: {
      ...headerOf(page, rightsList(page), words.t('rights.end.title')),
      subtitle: nameIn(right.names, words.lang, right.code),
    },
    notice: changedMeanwhile ? staleNotice(words) : undefined,
    confirm: {
      action: paths.endRight(application.id, right.id),
      consequences: [
        { count: holders, text: words.t('rights.end.holders', { count: holders }) },
        { text: words.t('rights.end.forGood') },
      ],
      confirm: words.t('rights.end.submit'),
      cancelHref: paths.rights(application.id),
      fields: { version: String(right.version) },
    },
    fields: [reasonField(words)],
  };
}

export function buildRightConflict(
  page: RightsPage,
  right: Right,
  typed: Typed,
  lastChange: LastChange,
): ConflictPage {
  const { header, action, version, ...form } = buildRightForm(page, right);
  const yours = everyField(buildRightForm(page, right, { typed: alignContexts(right, typed) }));
  return buildConflict(page.words, {
    ...{ header, action, version, typed, lastChange },
    current: everyField(form),
    yours,
  });
}

/** The fields of the right, and those of each context that is filled in, named by its code. */
function everyField(form: Pick<ReturnType<typeof buildRightForm>, 'fields' | 'contexts'>): Field[] {
  const ofContexts = form.contexts.flatMap(({ fields }) => {
    const code = fields[0]?.value;
    return code ? fields.map((field) => ({ ...field, label: `${code}: ${field.label}` })) : [];
  });
  return [...form.fields, ...ofContexts];
}

/** The groups that were sent, each at the number that the context of its code has now. */
function alignContexts(right: Right, typed: Typed): Typed {
  const groupOf = (name: string) => /^contexts\.(\d+)\.(.+)$/.exec(name);
  const codes = right.contexts.map((context) => context.code);
  const sent = Object.entries(typed).flatMap(([name, code]) => {
    const group = groupOf(name);
    return group?.[2] === 'code' && code !== '' ? [{ index: group[1]!, code: String(code) }] : [];
  });
  const added = sent.filter(({ code }) => !codes.includes(code));
  const numbers = new Map(sent.map(({ index, code }) => [index, codes.indexOf(code)]));
  added.forEach(({ index }, position) => numbers.set(index, codes.length + position));
  return Object.fromEntries(
    Object.entries(typed).flatMap(([name, value]): [string, string | string[]][] => {
      const group = groupOf(name);
      if (!group) return [[name, value]];
      const number = numbers.get(group[1]!);
      return number === undefined ? [] : [[`contexts.${number}.${group[2]}`, value]];
    }),
  );
}
