// Builds what the pages about the offers of an application show. Reads nothing itself.
import type { T } from '../../platform/i18n.ts';
import { buildConflict } from '../../web/conflict.ts';
import { fieldStates, localDateOf, type Typed } from '../../web/form.ts';
import { staleNotice, type ConfirmPage, type ConflictPage } from '../../web/form-page.ts';
import type { listLinks } from '../../web/list-query.ts';
import { paths } from '../../web/paths.ts';
import { readableErrors } from '../../web/readable-errors.ts';
import { periodTag, type Field, type Table } from '../../web/view-models.ts';
import type { LastChange } from '../administration/index.ts';
import { nameIn, type Offer, type Right } from './rights.model.ts';
import { receiverName } from './offers.order.ts';
import { ceilingText } from './offered.page.ts';
import { dayOf, headerOf, reasonField, type FormState, type RightsPage } from './application.page.ts';

const offersList = ({ words, application }: RightsPage) => ({
  text: words.t('rights.offers.title'),
  href: paths.offers(application.id),
});

const receiverText = (words: T, offer: Offer): { text: string; sub: string } =>
  offer.organisation
    ? { text: receiverName(offer, words.lang), sub: offer.organisation.code }
    : {
        text: nameIn(offer.targetGroup!.names, words.lang, offer.targetGroup!.code),
        sub: words.t('rights.offers.wholeGroup'),
      };

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
      { key: 'from', text: words.t('common.period.from'), sort: sort('from'), unbroken: true },
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
      hint: words.t('rights.offers.targetGroupHint'),
      ...valueOf('targetGroup'),
    },
    {
      name: 'organisation',
      label: words.t('rights.offers.organisation'),
      hint: words.t('rights.offers.organisationHint'),
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

export function buildEndOfferPage(
  page: RightsPage,
  offer: Offer,
  holders: number,
  changedMeanwhile: boolean,
): ConfirmPage {
  const { words, application } = page;
  const receiver = receiverText(words, offer);
  const subtitle = words.t('rights.offers.ofTo', {
    right: nameIn(offer.rightNames, words.lang, offer.rightCode),
    receiver: receiver.text,
  });
  return {
    header: { ...headerOf(page, offersList(page), words.t('rights.offers.end')), subtitle },
    notice: changedMeanwhile ? staleNotice(words) : undefined,
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
    fields: [reasonField(words)],
  };
}

export function buildOfferConflict(
  page: RightsPage,
  offer: Offer,
  typed: Typed,
  lastChange: LastChange,
): ConflictPage {
  const { header, action, version, fields } = buildOfferForm(page, offer);
  const yours = buildOfferForm(page, offer, { typed }).fields;
  return buildConflict(page.words, { header, action, version, typed, lastChange, current: fields, yours });
}
