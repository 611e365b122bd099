// Builds what the pages about assignments show. Reads nothing itself.
import type { T } from '../../platform/i18n.ts';
import { fieldStates, untilToLastDay, type FieldErrors, type Typed } from '../../web/form.ts';
import { staleNotice, type ConflictPage } from '../../web/form-page.ts';
import { paths } from '../../web/paths.ts';
import type { LastChange } from '../administration/index.ts';
import { lastWholeDay, readableErrors } from '../../web/readable-errors.ts';
import {
  periodTag,
  type DefinitionList,
  type Field,
  type Option,
  type PageHeader,
} from '../../web/view-models.ts';
import { nameIn, type ContextDefinition, type OfferedRight } from '../rights/index.ts';
import { dayOf } from './assignments.forms.ts';
import type { Bearer, BearerAffiliation, ShownAssignment } from './assignments.queries.ts';

export interface PageContext {
  readonly words: T;
  readonly bearer: Bearer;
  readonly zone: string;
  readonly now: Date;
}

export interface FormState {
  readonly typed?: Typed;
  readonly fields?: FieldErrors;
}

const placeOf = ({ organisation, personId }: Bearer): [string, string] => [organisation.id, personId];

function headerOf(context: PageContext, title: string, subtitle?: string): PageHeader {
  const { bearer, words } = context;
  const [organisationId, personId] = placeOf(bearer);
  const breadcrumbs = [
    { text: bearer.organisation.name, href: paths.organisation(organisationId) },
    { text: words.t('assignments.people'), href: paths.people(organisationId) },
    { text: bearer.personName, href: paths.person(organisationId, personId) },
    { text: title },
  ];
  return { title, breadcrumbs, ...(subtitle === undefined ? {} : { subtitle }) };
}

export interface RightChoice {
  readonly application: string;
  readonly rights: readonly { readonly name: string; readonly description: string; readonly href: string }[];
}

/** First step: which right, by application. */
export function buildChoosePage(context: PageContext, offers: readonly OfferedRight[]) {
  const { words, bearer } = context;
  const groups = Map.groupBy(offers, (right) => right.applicationId);
  const choices: RightChoice[] = [...groups.values()].map((rights) => ({
    application: nameIn(rights[0]!.applicationNames, words.lang, rights[0]!.applicationCode),
    rights: rights.map((right) => ({
      name: nameIn(right.names, words.lang, right.code),
      description: nameIn(right.descriptions, words.lang, ''),
      href: `${paths.newAssignment(...placeOf(bearer))}?right=${right.id}`,
    })),
  }));
  const title = words.t('assignments.grant.title');
  return {
    header: headerOf(context, title, words.t('assignments.grant.chooseLead', { person: bearer.personName })),
    choices,
    empty: {
      title: words.t('assignments.grant.noneTitle'),
      text: words.t('assignments.grant.noneText', { organisation: bearer.organisation.name }),
      icon: 'rights',
    },
  };
}

/** Second step: context and period on one page. */
export function buildGrantPage(
  context: PageContext,
  right: OfferedRight,
  units: readonly { code: string; name: string }[],
  suggestedUntil: Date | null,
  state: FormState = {},
) {
  const { words, bearer, zone, now } = context;
  const fields = readableErrors(words, zone, state.fields ?? {});
  const initial = {
    affiliation: bearer.affiliations[0]?.id,
    from: dayOf(now, zone),
    until: suggestedUntil === null ? '' : lastWholeDay(suggestedUntil, zone),
  };
  const valueOf = fieldStates(words, { ...(state.typed ? { typed: state.typed } : {}), fields, initial });
  const contexts = right.contexts.map((definition) => contextField(words, definition, units, valueOf));
  const labels = Object.fromEntries(
    [...contexts, ...periodFields(words, () => ({ value: '', error: undefined }))].map((one) => [
      one.name,
      one.label,
    ]),
  );
  return {
    header: headerOf(
      context,
      words.t('assignments.grant.title'),
      words.t('assignments.grant.lead', { person: bearer.personName }),
    ),
    right: rightFacts(words, right, paths.newAssignment(...placeOf(bearer))),
    errors: fields,
    labels,
    action: paths.assignments(...placeOf(bearer)),
    checkUrl: paths.checkAssignment(...placeOf(bearer)),
    rightId: right.id,
    affiliation: affiliationField(words, bearer.affiliations, valueOf),
    contexts,
    period: periodFields(words, valueOf, suggestedUntil !== null),
    reason: reasonField(words, valueOf),
    submit: words.t('assignments.grant.submit'),
    cancelHref: paths.person(...placeOf(bearer)),
  };
}

type States = ReturnType<typeof fieldStates>;

function rightFacts(words: T, right: OfferedRight, changeHref: string): DefinitionList {
  const action = { text: words.t('assignments.grant.otherRight'), href: changeHref };
  const description = nameIn(right.descriptions, words.lang, '');
  return {
    items: [
      {
        term: words.t('assignments.application'),
        text: nameIn(right.applicationNames, words.lang, right.applicationCode),
      },
      {
        term: words.t('assignments.right'),
        text: nameIn(right.names, words.lang, right.code),
        ...(description ? { sub: description } : {}),
        action,
      },
    ],
  };
}

function affiliationField(words: T, affiliations: readonly BearerAffiliation[], valueOf: States): Field {
  const options = affiliations.map((one) => ({
    value: one.id,
    text: affiliationText(words, one),
    hint: periodText(words, one.period.from, one.period.until),
  }));
  return {
    name: 'affiliation',
    type: 'radio',
    label: words.t('assignments.affiliation'),
    options,
    ...valueOf('affiliation'),
  };
}

export function affiliationText(
  words: T,
  one: Pick<BearerAffiliation, 'type' | 'unitName' | 'functionTitle'>,
): string {
  const parts = [words.t(`assignments.types.${one.type}`), one.functionTitle, one.unitName];
  return [...new Set(parts.filter(Boolean))].join(', ');
}

export function periodText(words: T, from: Date, until: Date | null): string {
  return until === null
    ? words.t('assignments.since', { from: words.date(from) })
    : words.t('assignments.between', { from: words.date(from), until: words.until(until) });
}

function periodFields(words: T, valueOf: States, untilNeeded = false): Field[] {
  return [
    { name: 'from', type: 'date', label: words.t('assignments.from'), width: 'short', ...valueOf('from') },
    {
      name: 'until',
      type: 'date',
      label: words.t('assignments.until'),
      width: 'short',
      optional: !untilNeeded,
      ...valueOf('until'),
    },
  ];
}

const reasonField = (words: T, valueOf: States): Field => ({
  name: 'reason',
  type: 'textarea',
  label: words.t('assignments.reason'),
  optional: true,
  rows: 2,
  maxlength: 500,
  hint: words.t('assignments.reasonHint'),
  ...valueOf('reason'),
});

const fewOptions = 7;

function contextField(
  words: T,
  definition: ContextDefinition,
  units: readonly { code: string; name: string }[],
  valueOf: States,
): Field {
  const name = `context.${definition.code}`;
  const base = {
    name,
    label: nameIn(definition.names, words.lang, definition.code),
    optional: !definition.required,
    ...valueOf(name),
  };
  if (definition.kind === 'text') {
    return definition.many
      ? { ...base, type: 'textarea', hint: words.t('assignments.oneOnEachLine') }
      : { ...base, type: 'text', width: 'short', maxlength: 100 };
  }
  const options = optionsOf(words, definition, units);
  if (definition.many) return { ...base, type: 'checkboxes', options };
  if (options.length <= fewOptions && definition.required) return { ...base, type: 'radio', options };
  return { ...base, type: 'select', options, prompt: words.t('assignments.choose') };
}

function optionsOf(
  words: T,
  definition: ContextDefinition,
  units: readonly { code: string; name: string }[],
): Option[] {
  if (definition.kind === 'unit') return units.map((unit) => ({ value: unit.code, text: unit.name }));
  return definition.options
    .filter((option) => option.withdrawnAt === null)
    .map((option) => ({ value: option.code, text: nameIn(option.names, words.lang, option.code) }));
}

function assignmentFacts(
  context: PageContext,
  shown: ShownAssignment,
  contexts: readonly string[],
): DefinitionList {
  const { words, now } = context;
  const { from, until } = shown.period;
  return {
    items: [
      {
        term: words.t('assignments.application'),
        text: nameIn(shown.applicationNames, words.lang, shown.applicationCode),
      },
      { term: words.t('assignments.right'), text: nameIn(shown.rightNames, words.lang, shown.rightCode) },
      ...contexts.map((text) => {
        const [term = '', ...rest] = text.split(': ');
        return { term, text: rest.join(': ') };
      }),
      {
        term: words.t('assignments.period'),
        period: { from, until },
        tags: [periodTag(words, from, until, now)],
      },
      {
        term: words.t('assignments.grantedBy'),
        text: shown.grantedBy ?? words.t('assignments.grantedBySite'),
        sub: words.dateTime(shown.grantedAt),
      },
      ...(shown.reason ? [{ term: words.t('assignments.reason'), text: shown.reason }] : []),
    ],
  };
}

/** The page to change the period. */
export function buildPeriodPage(
  context: PageContext,
  shown: ShownAssignment,
  contexts: readonly string[],
  state: FormState = {},
) {
  const { words, bearer, zone, now } = context;
  const begun = shown.period.from <= now;
  const fields = readableErrors(words, zone, state.fields ?? {});
  const { from, until } = shown.period;
  const initial = { from: dayOf(from, zone), until: until === null ? '' : untilToLastDay(until, zone) };
  const valueOf = fieldStates(words, { ...(state.typed ? { typed: state.typed } : {}), fields, initial });
  const period = periodFields(words, valueOf);
  return {
    header: headerOf(
      context,
      words.t('assignments.change.title'),
      words.t('assignments.change.lead', { person: bearer.personName }),
    ),
    facts: assignmentFacts(context, shown, contexts),
    errors: fields,
    labels: Object.fromEntries(period.map((one) => [one.name, one.label])),
    action: paths.editAssignment(...placeOf(bearer), shown.id),
    checkUrl: paths.checkAssignment(...placeOf(bearer)),
    assignmentId: shown.id,
    version: shown.version,
    period: begun ? period.slice(1) : period,
    reason: reasonField(words, valueOf),
    submit: words.t('common.form.save'),
    endHref: paths.endAssignment(...placeOf(bearer), shown.id),
    cancelHref: paths.person(...placeOf(bearer)),
  };
}

/** Somebody else changed it meanwhile: both versions. */
export function buildConflictPage(
  context: PageContext,
  shown: ShownAssignment,
  typed: Typed,
  lastChange: LastChange,
): ConflictPage {
  const { words, bearer, zone } = context;
  const textOf = (value: unknown): string =>
    typeof value === 'string' && value !== '' ? words.date(value) : words.t('common.period.noEnd');
  const { from, until } = shown.period;
  const rows = [
    {
      label: words.t('assignments.from'),
      current: words.date(from),
      yours: typed['from'] === undefined ? words.date(from) : textOf(typed['from']),
    },
    {
      label: words.t('assignments.until'),
      current: until === null ? words.t('common.period.noEnd') : words.date(untilToLastDay(until, zone)),
      yours: textOf(typed['until']),
    },
  ];
  const action = paths.editAssignment(...placeOf(bearer), shown.id);
  return {
    header: headerOf(context, words.t('assignments.change.title')),
    action,
    typed: { ...typed, version: String(shown.version) },
    conflict: { ...lastChange, rows, reloadHref: action },
  };
}

/** The page before ending, with what follows from it. */
export function buildEndPage(
  context: PageContext,
  shown: ShownAssignment,
  contexts: readonly string[],
  ending: { readonly canUndo: boolean; readonly changedMeanwhile: boolean },
) {
  const { words, bearer, now } = context;
  const begun = shown.period.from <= now;
  const consequence = begun ? 'assignments.end.nowEnds' : 'assignments.end.neverBegins';
  return {
    header: headerOf(
      context,
      words.t('assignments.end.title'),
      words.t('assignments.end.lead', { person: bearer.personName }),
    ),
    notice: ending.changedMeanwhile ? staleNotice(words) : undefined,
    facts: assignmentFacts(context, shown, contexts),
    confirm: {
      action: paths.endAssignment(...placeOf(bearer), shown.id),
      consequences: [
        { text: words.t(consequence, { person: bearer.personName }) },
        { text: words.t('assignments.end.sessions') },
        ...(ending.canUndo ? [{ text: words.t('assignments.end.undo') }] : []),
      ],
      confirm: words.t('assignments.end.submit'),
      cancelHref: paths.person(...placeOf(bearer)),
      fields: { version: String(shown.version) },
    },
    reason: reasonField(words, () => ({ value: '', error: undefined })),
  };
}
