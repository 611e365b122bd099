// Builds what the pages about applications show: the list, one application, its form. Reads nothing itself.
import type { T } from '../../platform/i18n.ts';
import { buildConflict } from '../../web/conflict.ts';
import { fieldStates, untilToLastDay, type FieldErrors, type Typed } from '../../web/form.ts';
import { staleNotice, type ConfirmPage, type ConflictPage } from '../../web/form-page.ts';
import { nameInputs, namesInitial } from '../../web/form-parts.ts';
import { paths } from '../../web/paths.ts';
import { readableErrors } from '../../web/readable-errors.ts';
import {
  exportAction,
  periodTag,
  type DefinitionList,
  type Field,
  type PageHeader,
  type Table,
} from '../../web/view-models.ts';
import type { LastChange } from '../administration/index.ts';
import { applicationHeader, nameIn, type Place } from '../rights/index.ts';
import { clientKindOf, type Application, type Client } from './applications.model.ts';
import { maxCounted, type ListedApplication } from './applications.queries.ts';

export interface Page {
  readonly words: T;
  readonly now: Date;
  readonly zone: string;
}

export interface FormState {
  readonly typed?: Typed;
  readonly fields?: FieldErrors;
}

export function buildListPage(
  { words, now }: Page,
  applications: readonly ListedApplication[],
  mayCreate: boolean,
) {
  const create = { text: words.t('applications.new.title'), href: paths.newApplication() };
  const header: PageHeader = {
    title: words.t('applications.list.title'),
    subtitle: words.t('applications.list.lead'),
    actions: [
      exportAction(words, paths.exportApplications()),
      ...(mayCreate ? [{ ...create, kind: 'primary' as const, icon: 'plus' }] : []),
    ],
  };
  const table: Table = {
    caption: words.t('applications.list.title'),
    columns: [
      { key: 'name', text: words.t('applications.name') },
      { key: 'owner', text: words.t('applications.owner') },
      { key: 'rights', text: words.t('applications.rights'), numeric: true },
      { key: 'assignments', text: words.t('applications.assignments'), numeric: true },
      { key: 'state', text: words.t('applications.state') },
    ],
    rows: applications.map((one) => ({
      cells: {
        name: {
          text: nameIn(one.names, words.lang, one.code),
          sub: one.code,
          href: paths.application(one.id),
        },
        owner: nameIn(one.owner.names, words.lang, one.owner.name),
        rights: words.number(one.rights),
        assignments: countText(words, one.assignments),
        state: { tags: [periodTag(words, one.period.from, one.period.until, now)] },
      },
    })),
    empty: {
      title: words.t('applications.list.none'),
      text: words.t('applications.list.noneText'),
      icon: 'applications',
      ...(mayCreate ? { action: create } : {}),
    },
  };
  return { header, table };
}

const countText = (words: T, count: number): string =>
  count > maxCounted ? words.t('applications.moreThan', { count: maxCounted }) : words.number(count);

/** One application: what it is and its clients. */
export function buildOverviewPage(
  page: Page,
  place: Place,
  application: Application,
  clients: readonly Client[],
) {
  const { words, now } = page;
  const actions: PageHeader['actions'] = place.mayChange
    ? [
        { text: words.t('applications.edit.action'), href: paths.editApplication(place.id), icon: 'edit' },
        {
          text: words.t('applications.clients.new'),
          href: paths.newClient(place.id),
          kind: 'primary',
          icon: 'plus',
        },
      ]
    : [];
  return {
    header: applicationHeader(words, place, 'overview', now, actions),
    facts: factsOf(page, application),
    clients: clientsTable(words, place, clients),
    exportAction: clients.length > 0 ? exportAction(words, paths.exportClients(place.id)) : undefined,
    endHref:
      place.mayChange && (application.period.until === null || application.period.until > now)
        ? paths.endApplication(place.id)
        : undefined,
  };
}

function factsOf({ words }: Page, application: Application): DefinitionList {
  const description = nameIn(application.descriptions, words.lang, '');
  return {
    columns: 2,
    items: [
      { term: words.t('applications.code'), copy: application.code },
      {
        term: words.t('applications.owner'),
        text: nameIn(application.owner.names, words.lang, application.owner.name),
        sub: application.owner.code,
      },
      { term: words.t('applications.description'), text: description },
      {
        term: words.t('applications.homeUrl'),
        text: application.homeUrl ?? '',
        ...(application.homeUrl ? { href: application.homeUrl } : {}),
      },
      { term: words.t('applications.contactMail'), text: application.contactMail ?? '' },
      {
        term: words.t('applications.roleTemplate'),
        copy: application.roleTemplate,
        sub: words.t('applications.inClaim', { claim: application.roleClaim }),
      },
      { term: words.t('applications.period'), period: application.period },
    ],
  };
}

function clientsTable(words: T, place: Place, clients: readonly Client[]): Table {
  return {
    caption: words.t('applications.clients.title'),
    captionVisible: true,
    columns: [
      { key: 'name', text: words.t('applications.name') },
      { key: 'id', text: words.t('applications.clients.id') },
      { key: 'kind', text: words.t('applications.clients.kind') },
      { key: 'state', text: words.t('applications.state') },
      { key: 'actions', text: words.t('applications.actions'), hidden: true },
    ],
    rows: clients.map((client) => {
      const edit = {
        text: words.t('applications.clients.change'),
        label: client.name,
        href: paths.editClient(place.id, client.id),
      };
      const rotate = {
        text: words.t('applications.secret.action'),
        label: client.name,
        href: paths.rotateClientSecret(place.id, client.id),
      };
      const disabled = client.disabledAt !== null;
      return {
        cells: {
          name: client.name,
          id: client.id,
          kind: words.t(`applications.clients.kinds.${clientKindOf(client.metadata)}`),
          state: {
            tags: [
              disabled
                ? { text: words.t('applications.clients.disabled'), state: 'danger' }
                : { text: words.t('common.state.active'), state: 'active' },
            ],
          },
          actions: place.mayChange ? { actions: client.secrets.length > 0 ? [edit, rotate] : [edit] } : '',
        },
      };
    }),
    empty: {
      title: words.t('applications.clients.none'),
      text: words.t('applications.clients.noneText'),
      icon: 'applications',
    },
  };
}

/** The form for a new application, or to change one. */
export function buildForm(page: Page, application: Application | undefined, state: FormState = {}) {
  const { words, zone } = page;
  const fields = readableErrors(words, zone, state.fields ?? {});
  const valueOf = fieldStates(words, {
    ...(state.typed ? { typed: state.typed } : {}),
    fields,
    initial: initialOf(application, zone),
  });
  const title = words.t(application ? 'applications.edit.title' : 'applications.new.title');
  const inputs = applicationInputs(words, application === undefined, valueOf);
  const back = application ? paths.application(application.id) : paths.applications();
  return {
    header: { title, breadcrumbs: breadcrumbsOf(words, application, title) },
    errors: fields,
    labels: Object.fromEntries(inputs.map((field) => [field.name, field.label])),
    fields: inputs,
    action: application ? paths.editApplication(application.id) : paths.applications(),
    version: application?.version ?? 0,
    submit: words.t('common.form.save'),
    cancelHref: back,
  };
}

function applicationInputs(words: T, isNew: boolean, valueOf: ReturnType<typeof fieldStates>): Field[] {
  const owner: Field = {
    name: 'owner',
    label: words.t('applications.ownerCode'),
    hint: words.t('applications.ownerHint'),
    autocomplete: 'off',
    ...valueOf('owner'),
  };
  return [
    {
      name: 'code',
      label: words.t('applications.code'),
      hint: words.t('applications.codeHint'),
      autocomplete: 'off',
      ...valueOf('code'),
    },
    ...(isNew ? [owner] : []),
    ...nameInputs(words, 'names', words.t('applications.name'), valueOf),
    ...nameInputs(words, 'descriptions', words.t('applications.description'), valueOf, {
      type: 'textarea',
      rows: 2,
    }),
    {
      name: 'homeUrl',
      type: 'url',
      label: words.t('applications.homeUrl'),
      optional: true,
      width: 'full',
      ...valueOf('homeUrl'),
    },
    {
      name: 'contactMail',
      type: 'email',
      label: words.t('applications.contactMail'),
      optional: true,
      ...valueOf('contactMail'),
    },
    {
      name: 'roleTemplate',
      label: words.t('applications.roleTemplate'),
      hint: words.t('applications.roleTemplateHint'),
      autocomplete: 'off',
      ...valueOf('roleTemplate'),
    },
    {
      name: 'roleClaim',
      label: words.t('applications.roleClaim'),
      hint: words.t('applications.roleClaimHint'),
      autocomplete: 'off',
      ...valueOf('roleClaim'),
    },
    {
      name: 'until',
      type: 'date',
      label: words.t('applications.until'),
      optional: true,
      width: 'short',
      ...valueOf('until'),
    },
  ];
}

function breadcrumbsOf(words: T, application: Application | undefined, title: string) {
  const list = { text: words.t('applications.list.title'), href: paths.applications() };
  if (!application) return [list, { text: title }];
  return [
    list,
    {
      text: nameIn(application.names, words.lang, application.code),
      href: paths.application(application.id),
    },
    { text: title },
  ];
}

function initialOf(application: Application | undefined, zone: string): Record<string, string | undefined> {
  if (!application) return { roleTemplate: '{right}', roleClaim: 'roles' };
  const { until } = application.period;
  return {
    code: application.code,
    homeUrl: application.homeUrl ?? '',
    contactMail: application.contactMail ?? '',
    roleTemplate: application.roleTemplate,
    roleClaim: application.roleClaim,
    ...namesInitial('names', application.names),
    ...namesInitial('descriptions', application.descriptions),
    until: until === null ? '' : untilToLastDay(until, zone),
  };
}

export function buildConflictPage(
  page: Page,
  application: Application,
  typed: Typed,
  lastChange: LastChange,
): ConflictPage {
  const { header, action, version, fields } = buildForm(page, application);
  const yours = buildForm(page, application, { typed }).fields;
  return buildConflict(page.words, { header, action, version, typed, lastChange, current: fields, yours });
}

export function buildEndPage(
  { words }: Page,
  application: Application,
  holders: number,
  changedMeanwhile: boolean,
): ConfirmPage {
  const title = words.t('applications.end.title');
  return {
    header: { title, breadcrumbs: breadcrumbsOf(words, application, title) },
    notice: changedMeanwhile ? staleNotice(words) : undefined,
    confirm: {
      action: paths.endApplication(application.id),
      consequences: [
        { count: holders, text: words.t('rights.end.holders', { count: holders }) },
        { text: words.t('applications.end.nobody') },
      ],
      confirm: words.t('applications.end.submit'),
      cancelHref: paths.application(application.id),
      fields: { version: String(application.version) },
    },
    fields: [
      {
        name: 'reason',
        type: 'textarea',
        label: words.t('rights.reason'),
        optional: true,
        rows: 2,
        maxlength: 500,
      },
    ],
  };
}
