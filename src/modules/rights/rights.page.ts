// Builds what the pages about rights and offers show. Reads nothing itself.
import type { T } from '../../platform/i18n.ts';
import { fieldStates, localDateOf, untilToLastDay, type FieldErrors, type Typed } from '../../web/form.ts';
import { nameInputs, namesInitial } from '../../web/form-parts.ts';
import type { listLinks } from '../../web/list-query.ts';
import { paths } from '../../web/paths.ts';
import { readableErrors } from '../../web/readable-errors.ts';
import {
  periodTag,
  type Field,
  type PageHeader,
  type Table,
  type VersionConflict,
} from '../../web/view-models.ts';
import type { ContextDefinition } from './rights.context.ts';
import { writeOptions } from './rights.forms.ts';
import { nameIn, type Offer, type OfferedRight, type Right } from './rights.model.ts';

export interface ApplicationPlace {
  readonly id: string;
  readonly name: string;
  readonly mayChange: boolean;
}

export interface RightsPage {
  readonly words: T;
  readonly application: ApplicationPlace;
  readonly now: Date;
  readonly zone: string;
}

export interface FormState {
  readonly typed?: Typed;
  readonly fields?: FieldErrors;
}

const dayOf = (at: Date | null, zone: string): string => (at === null ? '' : untilToLastDay(at, zone));

function headerOf(page: RightsPage, list: { text: string; href: string }, title: string): PageHeader {
  const { application, words } = page;
  const breadcrumbs = [
    { text: words.t('rights.applications'), href: paths.applications() },
    { text: application.name, href: paths.application(application.id) },
    list,
    { text: title },
  ];
  return { title, breadcrumbs };
}

const rightsList = ({ words, application }: RightsPage) => ({
  text: words.t('rights.list.title'),
  href: paths.rights(application.id),
});
const offersList = ({ words, application }: RightsPage) => ({
  text: words.t('rights.offers.title'),
  href: paths.offers(application.id),
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
export function buildEndRightPage(page: RightsPage, right: Right, holders: number) {
  const { words, application } = page;
  return {
    header: {
      ...headerOf(page, rightsList(page), words.t('rights.end.title')),
      subtitle: nameIn(right.names, words.lang, right.code),
    },
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
    reason: reasonField(words),
  };
}

const reasonField = (words: T): Field => ({
  name: 'reason',
  type: 'textarea',
  label: words.t('rights.reason'),
  optional: true,
  rows: 2,
  maxlength: 500,
});

const receiverText = (words: T, offer: Offer): { text: string; sub: string } =>
  offer.organisation
    ? { text: offer.organisation.name, sub: offer.organisation.code }
    : {
        text: nameIn(offer.targetGroup!.names, words.lang, offer.targetGroup!.code),
        sub: words.t('rights.offers.wholeGroup'),
      };

export function ceilingText(
  words: T,
  ceiling: { maxPeriodDays: number | null; maxUntil: Date | null },
): string {
  const parts = [
    ...(ceiling.maxPeriodDays === null
      ? []
      : [words.t('rights.offers.atMostDays', { count: ceiling.maxPeriodDays })]),
    ...(ceiling.maxUntil === null
      ? []
      : [words.t('rights.offers.atMostUntil', { until: words.until(ceiling.maxUntil) })]),
  ];
  return parts.length > 0 ? parts.join(', ') : words.t('rights.offers.noLimit');
}

export function buildOffersTable(
  page: RightsPage,
  offers: readonly Offer[],
  { sort }: ReturnType<typeof listLinks>,
): Table {
  const { words, application, now } = page;
  return {
    caption: words.t('rights.offers.title'),
    columns: [
      { key: 'receiver', text: words.t('rights.offers.receiver'), sort: sort('receiver') },
      { key: 'right', text: words.t('rights.right'), sort: sort('right') },
      { key: 'ceiling', text: words.t('rights.offers.ceiling') },
      { key: 'from', text: words.t('common.period.from'), sort: sort('from') },
      { key: 'until', text: words.t('common.period.until'), sort: sort('until') },
      { key: 'actions', text: words.t('rights.actions'), hidden: true },
    ],
    rows: offers.map((offer) => {
      const { from, until } = offer.period;
      const over = until !== null && until <= now;
      const receiver = receiverText(words, offer);
      const actions = [
        {
          text: words.t('rights.change'),
          label: receiver.text,
          href: paths.editOffer(application.id, offer.id),
        },
        {
          text: words.t('rights.end.action'),
          label: receiver.text,
          href: paths.endOffer(application.id, offer.id),
        },
      ];
      return {
        cells: {
          receiver,
          right: nameIn(offer.rightNames, words.lang, offer.rightCode),
          ceiling: ceilingText(words, offer),
          from: words.date(from),
          until: {
            text: until === null ? words.t('common.period.noEnd') : words.until(until),
            tags: [periodTag(words, from, until, now)],
          },
          actions: application.mayChange && !over ? { actions } : '',
        },
      };
    }),
    empty: {
      title: words.t('rights.offers.none'),
      text: words.t('rights.offers.noneText'),
      ...(application.mayChange
        ? { action: { text: words.t('rights.offers.new'), href: paths.newOffer(application.id) } }
        : {}),
    },
  };
}

const termsInputs = (words: T, valueOf: ReturnType<typeof fieldStates>): Field[] => [
  {
    name: 'maxPeriodDays',
    type: 'number',
    label: words.t('rights.offers.maxPeriodDays'),
    hint: words.t('rights.offers.maxPeriodDaysHint'),
    optional: true,
    width: 'short',
    min: 1,
    ...valueOf('maxPeriodDays'),
  },
  {
    name: 'maxUntil',
    type: 'date',
    label: words.t('rights.offers.maxUntil'),
    optional: true,
    width: 'short',
    ...valueOf('maxUntil'),
  },
  {
    name: 'until',
    type: 'date',
    label: words.t('rights.offers.until'),
    hint: words.t('rights.offers.untilHint'),
    optional: true,
    width: 'short',
    ...valueOf('until'),
  },
];

/** The form for a new offer. */
export function buildNewOfferPage(
  page: RightsPage,
  choices: {
    rights: readonly Right[];
    targetGroups: readonly { id: string; code: string; names: Offer['rightNames'] }[];
    rightId?: string | undefined;
  },
  state: FormState = {},
) {
  const { words, application, now, zone } = page;
  const fields = readableErrors(words, zone, state.fields ?? {});
  const initial = {
    right: choices.rightId ?? choices.rights[0]?.id,
    receiverKind: 'group',
    from: localDateOf(now, zone),
  };
  const valueOf = fieldStates(words, { ...(state.typed ? { typed: state.typed } : {}), fields, initial });
  const rights = choices.rights.map((right) => ({
    value: right.id,
    text: nameIn(right.names, words.lang, right.code),
  }));
  const groups = choices.targetGroups.map((group) => ({
    value: group.id,
    text: nameIn(group.names, words.lang, group.code),
  }));
  const kinds = (['group', 'organisation'] as const).map((value) => ({
    value,
    text: words.t(`rights.offers.to.${value}`),
  }));
  const inputs: Field[] = [
    { name: 'right', type: 'select', label: words.t('rights.right'), options: rights, ...valueOf('right') },
    {
      name: 'receiverKind',
      type: 'radio',
      label: words.t('rights.offers.receiver'),
      options: kinds,
      ...valueOf('receiverKind'),
    },
    {
      name: 'targetGroup',
      type: 'select',
      label: words.t('rights.offers.targetGroup'),
      options: groups,
      prompt: words.t('rights.choose'),
      optional: true,
      ...valueOf('targetGroup'),
    },
    {
      name: 'organisation',
      label: words.t('rights.offers.organisation'),
      hint: words.t('rights.offers.organisationHint'),
      optional: true,
      autocomplete: 'off',
      ...valueOf('organisation'),
    },
    { name: 'from', type: 'date', label: words.t('rights.offers.from'), width: 'short', ...valueOf('from') },
    ...termsInputs(words, valueOf),
  ];
  return {
    header: headerOf(page, offersList(page), words.t('rights.offers.new')),
    errors: fields,
    labels: Object.fromEntries(inputs.map((field) => [field.name, field.label])),
    fields: inputs,
    action: paths.offers(application.id),
    version: 0,
    submit: words.t('rights.offers.submit'),
    cancelHref: paths.offers(application.id),
  };
}

/** The form to change the terms of an offer. */
export function buildOfferForm(page: RightsPage, offer: Offer, state: FormState = {}) {
  const { words, application, zone } = page;
  const fields = readableErrors(words, zone, state.fields ?? {});
  const initial = {
    maxPeriodDays: offer.maxPeriodDays === null ? '' : String(offer.maxPeriodDays),
    maxUntil: dayOf(offer.maxUntil, zone),
    until: dayOf(offer.period.until, zone),
  };
  const valueOf = fieldStates(words, { ...(state.typed ? { typed: state.typed } : {}), fields, initial });
  const inputs = termsInputs(words, valueOf);
  const receiver = receiverText(words, offer);
  const subtitle = words.t('rights.offers.ofTo', {
    right: nameIn(offer.rightNames, words.lang, offer.rightCode),
    receiver: receiver.text,
  });
  return {
    header: { ...headerOf(page, offersList(page), words.t('rights.offers.edit')), subtitle },
    errors: fields,
    labels: Object.fromEntries(inputs.map((field) => [field.name, field.label])),
    fields: inputs,
    action: paths.editOffer(application.id, offer.id),
    version: offer.version,
    submit: words.t('common.form.save'),
    cancelHref: paths.offers(application.id),
  };
}

export function buildEndOfferPage(page: RightsPage, offer: Offer, holders: number) {
  const { words, application } = page;
  const receiver = receiverText(words, offer);
  const subtitle = words.t('rights.offers.ofTo', {
    right: nameIn(offer.rightNames, words.lang, offer.rightCode),
    receiver: receiver.text,
  });
  return {
    header: { ...headerOf(page, offersList(page), words.t('rights.offers.end')), subtitle },
    confirm: {
      action: paths.endOffer(application.id, offer.id),
      consequences: [
        { text: words.t('rights.offers.endGrant', { receiver: receiver.text }) },
        { count: holders, text: words.t('rights.end.holders', { count: holders }) },
      ],
      confirm: words.t('rights.offers.endSubmit'),
      cancelHref: paths.offers(application.id),
      fields: { version: String(offer.version) },
    },
    reason: reasonField(words),
  };
}

export function buildConflictPage(page: RightsPage, of: { right: Right } | { offer: Offer }, typed: Typed) {
  const { words, application, zone, now } = page;
  const text = (name: string): string => (typeof typed[name] === 'string' ? (typed[name] as string) : '');
  const row = (label: string, current: string, yours: string) => ({ label: words.t(label), current, yours });
  if ('offer' in of) {
    const { offer } = of;
    const rows = [
      row('rights.offers.maxPeriodDays', String(offer.maxPeriodDays ?? ''), text('maxPeriodDays')),
      row('rights.offers.maxUntil', dayOf(offer.maxUntil, zone), text('maxUntil')),
      row('rights.offers.until', dayOf(offer.period.until, zone), text('until')),
    ];
    const conflict: VersionConflict = {
      changedAt: now,
      rows,
      reloadHref: paths.editOffer(application.id, offer.id),
    };
    return { header: headerOf(page, offersList(page), words.t('rights.offers.edit')), conflict };
  }
  const { right } = of;
  const contexts = Object.keys(typed)
    .filter((name) => /^contexts\.\d+\.code$/.test(name))
    .map(text)
    .filter((code) => code !== '');
  const rows = [
    row('rights.code', right.code, text('code')),
    row('rights.name', nameIn(right.names, words.lang, ''), text(`names.${words.lang}`)),
    row('rights.contexts', right.contexts.map((one) => one.code).join(', '), contexts.join(', ')),
    row('rights.until', dayOf(right.period.until, zone), text('until')),
  ];
  const conflict: VersionConflict = {
    changedAt: now,
    rows,
    reloadHref: paths.editRight(application.id, right.id),
  };
  return { header: headerOf(page, rightsList(page), words.t('rights.edit.title')), conflict };
}

/** The rights an organisation may hand out, for its administrators. */
export function buildOfferedPage(
  words: T,
  organisation: { id: string; name: string },
  offers: readonly OfferedRight[],
) {
  const table: Table = {
    caption: words.t('rights.offered.title'),
    columns: [
      { key: 'application', text: words.t('rights.application') },
      { key: 'right', text: words.t('rights.right') },
      { key: 'contexts', text: words.t('rights.contexts') },
      { key: 'ceiling', text: words.t('rights.offers.ceiling') },
    ],
    rows: offers.map((right) => {
      const description = nameIn(right.descriptions, words.lang, '');
      const contexts = right.contexts.map(
        (one) =>
          nameIn(one.names, words.lang, one.code) +
          (one.required ? '' : ` (${words.t('common.form.optional')})`),
      );
      return {
        cells: {
          application: nameIn(right.applicationNames, words.lang, right.applicationCode),
          right: {
            text: nameIn(right.names, words.lang, right.code),
            ...(description ? { sub: description } : {}),
          },
          contexts: contexts.join(', ') || { text: words.t('rights.noContext') },
          ceiling: {
            text: right.ceilings.map((one) => ceilingText(words, one)).join('; '),
            ...endNote(words, right),
          },
        },
      };
    }),
    empty: {
      title: words.t('rights.offered.none'),
      text: words.t('rights.offered.noneText'),
      icon: 'rights',
    },
  };
  const breadcrumbs = [
    { text: organisation.name, href: paths.organisation(organisation.id) },
    { text: words.t('rights.offered.title') },
  ];
  const header: PageHeader = {
    title: words.t('rights.offered.title'),
    subtitle: words.t('rights.offered.lead', { organisation: organisation.name }),
    breadcrumbs,
    actions: [
      {
        text: words.t('rights.offered.toPeople'),
        href: paths.people(organisation.id),
        kind: 'secondary',
        icon: 'people',
      },
    ],
  };
  return { header, table };
}

function endNote(words: T, right: OfferedRight): { sub?: string } {
  const ends = right.ceilings.map((one) => one.period.until);
  if (ends.some((end) => end === null)) return {};
  const last = new Date(Math.max(...ends.map((end) => end!.getTime())));
  return { sub: words.t('rights.offered.offerEnds', { until: words.until(last) }) };
}
