// Builds what the pages about the clients of an application show. Reads nothing itself.
import type { T } from '../../platform/i18n.ts';
import { buildConflict } from '../../web/conflict.ts';
import { fieldStates, type Typed } from '../../web/form.ts';
import { staleNotice, type ConfirmPage, type ConflictPage } from '../../web/form-page.ts';
import { paths } from '../../web/paths.ts';
import { readableErrors } from '../../web/readable-errors.ts';
import type { Field, PageHeader } from '../../web/view-models.ts';
import type { LastChange } from '../administration/index.ts';
import { nameIn, type Place } from '../rights/index.ts';
import { secretOverlapHours } from './applications.clients.ts';
import { signingAlgorithms, tokenFormats } from './applications.forms.ts';
import { clientKindOf, type Client } from './applications.model.ts';
import type { FormState, Page } from './applications.page.ts';

function headerOf(words: T, place: Place, title: string, subtitle?: string): PageHeader {
  const name = nameIn(place.names, words.lang, place.code);
  const breadcrumbs = [
    { text: words.t('applications.list.title'), href: paths.applications() },
    { text: name, href: paths.application(place.id) },
    { text: title },
  ];
  return { title, breadcrumbs, ...(subtitle ? { subtitle } : {}) };
}

const list = (value: unknown): string => (Array.isArray(value) ? value.join('\n') : '');
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const claimPlaces = ['idToken', 'userinfo', 'accessToken', 'introspection'] as const;

function initialOf(client: Client | undefined): Record<string, string | string[]> {
  if (!client)
    return {
      kind: 'web',
      method: 'client_secret_basic',
      refresh: 'on',
      pkce: 'on',
      claims: [...claimPlaces],
    };
  const { metadata } = client;
  const grants = Array.isArray(metadata['grant_types']) ? metadata['grant_types'] : [];
  const method = text(metadata['token_endpoint_auth_method']);
  return {
    clientId: client.id,
    name: client.name,
    kind: clientKindOf(metadata),
    method: method === 'none' || method === '' ? 'client_secret_basic' : method,
    redirectUris: list(metadata['redirect_uris']),
    postLogoutRedirectUris: list(metadata['post_logout_redirect_uris']),
    backchannelLogoutUri: text(metadata['backchannel_logout_uri']),
    jwksUri: text(metadata['jwks_uri']),
    jwks: metadata['jwks'] === undefined ? '' : JSON.stringify(metadata['jwks'], null, 2),
    resourceIdentifiers: list(metadata['resource_identifiers']),
    tokenFormat: text(metadata['resource_token_format']) || tokenFormats[0],
    algorithm: text(metadata['id_token_signed_response_alg']) || signingAlgorithms[0],
    refresh: grants.includes('refresh_token') ? 'on' : '',
    pkce: client.pkceRequired ? 'on' : '',
    disabled: client.disabledAt ? 'on' : '',
    claims: claimPlaces.filter((place) => client.claimsIn[place]),
  };
}

/** The form for a new client, or to change one. */
export function buildClientForm(
  { words, zone }: Page,
  place: Place,
  client: Client | undefined,
  state: FormState = {},
) {
  const fields = readableErrors(words, zone, state.fields ?? {});
  const valueOf = fieldStates(words, {
    ...(state.typed ? { typed: state.typed } : {}),
    fields,
    initial: initialOf(client),
  });
  const inputs = clientInputs(words, client, valueOf);
  const title = words.t(client ? 'applications.clients.edit' : 'applications.clients.new');
  return {
    header: headerOf(words, place, title, client?.name),
    errors: fields,
    labels: Object.fromEntries(inputs.map((field) => [field.name, field.label])),
    fields: inputs,
    action: client ? paths.editClient(place.id, client.id) : paths.clients(place.id),
    version: client?.version ?? 0,
    submit: words.t('common.form.save'),
    cancelHref: paths.application(place.id),
  };
}

function clientInputs(
  words: T,
  client: Client | undefined,
  valueOf: ReturnType<typeof fieldStates>,
): Field[] {
  const label = (name: string): string => words.t(`applications.clients.${name}`);
  const hint = (name: string): string => words.t(`applications.clients.${name}Hint`);
  const kinds = (['web', 'public', 'machine'] as const).map((value) => ({
    value,
    text: label(`kinds.${value}`),
    hint: label(`kindHints.${value}`),
  }));
  const methods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'].map((value) => ({
    value,
    text: label(`methods.${value}`),
  }));
  return [
    {
      name: 'clientId',
      label: label('id'),
      hint: hint('id'),
      autocomplete: 'off',
      readonly: client !== undefined,
      ...valueOf('clientId'),
    },
    { name: 'name', label: words.t('applications.name'), ...valueOf('name') },
    { name: 'kind', type: 'radio', label: label('kind'), options: kinds, ...valueOf('kind') },
    { name: 'method', type: 'select', label: label('method'), options: methods, ...valueOf('method') },
    {
      name: 'redirectUris',
      type: 'textarea',
      label: label('redirectUris'),
      hint: hint('redirectUris'),
      optional: true,
      ...valueOf('redirectUris'),
    },
    {
      name: 'postLogoutRedirectUris',
      type: 'textarea',
      label: label('postLogoutRedirectUris'),
      optional: true,
      rows: 2,
      ...valueOf('postLogoutRedirectUris'),
    },
    {
      name: 'backchannelLogoutUri',
      type: 'url',
      label: label('backchannelLogoutUri'),
      hint: hint('backchannelLogoutUri'),
      optional: true,
      width: 'full',
      ...valueOf('backchannelLogoutUri'),
    },
    ...keyInputs(words, valueOf),
    ...tokenInputs(words, valueOf),
    ...apiInputs(words, valueOf),
    ...(client
      ? [
          {
            name: 'disabled',
            type: 'checkbox',
            label: label('disable'),
            hint: hint('disable'),
            ...valueOf('disabled'),
          } satisfies Field,
        ]
      : []),
  ];
}

/** For a client that signs in with a key of its own. */
function keyInputs(words: T, valueOf: ReturnType<typeof fieldStates>): Field[] {
  const label = (name: string): string => words.t(`applications.clients.${name}`);
  const hint = (name: string): string => words.t(`applications.clients.${name}Hint`);
  return [
    {
      name: 'jwksUri',
      type: 'url',
      label: label('jwksUri'),
      hint: hint('jwksUri'),
      optional: true,
      width: 'full',
      ...valueOf('jwksUri'),
    },
    {
      name: 'jwks',
      type: 'textarea',
      label: label('jwks'),
      hint: hint('jwks'),
      optional: true,
      rows: 6,
      ...valueOf('jwks'),
    },
  ];
}

/** For a client that is an API: where others reach it, and the tokens they get for it. */
function apiInputs(words: T, valueOf: ReturnType<typeof fieldStates>): Field[] {
  const label = (name: string): string => words.t(`applications.clients.${name}`);
  return [
    {
      name: 'resourceIdentifiers',
      type: 'textarea',
      label: label('resourceIdentifiers'),
      hint: label('resourceIdentifiersHint'),
      optional: true,
      rows: 2,
      ...valueOf('resourceIdentifiers'),
    },
    {
      name: 'tokenFormat',
      type: 'select',
      label: label('tokenFormat'),
      hint: label('tokenFormatHint'),
      options: tokenFormats.map((value) => ({ value, text: label(`tokenFormats.${value}`) })),
      ...valueOf('tokenFormat'),
    },
  ];
}

/** How the client gets its tokens, and what stands in them. */
function tokenInputs(words: T, valueOf: ReturnType<typeof fieldStates>): Field[] {
  const label = (name: string): string => words.t(`applications.clients.${name}`);
  const hint = (name: string): string => words.t(`applications.clients.${name}Hint`);
  const claims = claimPlaces.map((value) => ({ value, text: label(`claims.${value}`) }));
  return [
    {
      name: 'algorithm',
      type: 'select',
      label: label('algorithm'),
      hint: hint('algorithm'),
      width: 'short',
      options: signingAlgorithms.map((value) => ({ value, text: value })),
      ...valueOf('algorithm'),
    },
    { name: 'refresh', type: 'checkbox', label: label('refresh'), ...valueOf('refresh') },
    { name: 'pkce', type: 'checkbox', label: label('pkce'), hint: hint('pkce'), ...valueOf('pkce') },
    { name: 'claims', type: 'checkboxes', label: label('claimsIn'), options: claims, ...valueOf('claims') },
  ];
}

export function buildClientConflictPage(
  page: Page,
  place: Place,
  client: Client,
  typed: Typed,
  lastChange: LastChange,
): ConflictPage {
  const { header, action, version, fields } = buildClientForm(page, place, client);
  const yours = buildClientForm(page, place, client, { typed }).fields;
  return buildConflict(page.words, { header, action, version, typed, lastChange, current: fields, yours });
}

/** Before a secret is replaced: with an overlap, or at once. */
export function buildRotatePage(
  { words }: Page,
  place: Place,
  client: Client,
  changedMeanwhile: boolean,
): ConfirmPage {
  const endOldNow: Field = {
    name: 'endOldNow',
    type: 'checkbox',
    label: words.t('applications.secret.endOldNow'),
    hint: words.t('applications.secret.endOldNowHint'),
  };
  return {
    header: headerOf(words, place, words.t('applications.secret.title'), client.name),
    notice: changedMeanwhile ? staleNotice(words) : undefined,
    facts: {
      items: client.secrets.map((secret) => ({
        term: words.t('applications.secret.madeOn', { date: words.dateTime(secret.createdAt) }),
        text:
          secret.expiresAt === null
            ? words.t('applications.secret.inUse')
            : words.t('applications.secret.until', { date: words.dateTime(secret.expiresAt) }),
      })),
    },
    confirm: {
      action: paths.rotateClientSecret(place.id, client.id),
      danger: false,
      consequences: [
        { text: words.t('applications.secret.once') },
        { text: words.t('applications.secret.overlap', { count: secretOverlapHours }) },
      ],
      confirm: words.t('applications.secret.submit'),
      cancelHref: paths.application(place.id),
      fields: { version: String(client.version) },
    },
    fields: [endOldNow],
  };
}

/** The secret, this once. */
export function buildSecretPage({ words }: Page, place: Place, clientId: string, secret: string) {
  return {
    header: headerOf(words, place, words.t('applications.secret.shownTitle')),
    facts: {
      items: [
        { term: words.t('applications.clients.id'), copy: clientId },
        { term: words.t('applications.secret.secret'), copy: secret },
      ],
    },
    backHref: paths.application(place.id),
  };
}
