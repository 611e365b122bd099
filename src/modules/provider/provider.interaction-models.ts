// What the pages of a sign-in show: the organisations to choose from, and why somebody cannot go on and who can help.
import type { Client } from 'oidc-provider';
import type { Database } from '../../platform/db/open.ts';
import type { T } from '../../platform/i18n.ts';
import type { Site } from '../../platform/site.ts';
import { applicationOf } from './provider.account.ts';
import { decideActing, findLastChoice, findSignedInPerson, parseActingHint } from './provider.acting.ts';
import { explainNoAccess } from './provider.no-access.ts';

export interface StepView {
  readonly interaction: {
    readonly params: Readonly<Record<string, unknown>>;
    readonly session?: { accountId?: string } | undefined;
  };
  readonly client: Client | undefined;
  readonly path: string;
}

export function applicationName(words: T, client: Client): string {
  const { applicationNames, applicationCode } = applicationOf(client);
  return applicationNames[words.lang] ?? applicationNames.en ?? applicationNames.nl ?? applicationCode;
}

/** The language that the person chose. */
export async function findLanguage(db: Database, personId: string): Promise<string | undefined> {
  const [row] = await db.query<{ language: string }>('select language from person where id = $1::uuid', [
    personId,
  ]);
  return row?.language;
}

interface PersonRow {
  given_name: string;
  family_name: string;
}

async function nameOf(site: Site, personId: string): Promise<string> {
  const [row] = await site.db.query<PersonRow>(
    'select given_name, family_name from person where id = $1::uuid',
    [personId],
  );
  return row ? `${row.given_name} ${row.family_name}` : '';
}

/** Who is asked, and what they can choose from; the last choice comes first. */
export async function chooserModel(
  site: Site,
  words: T,
  { interaction, client, path }: StepView,
): Promise<object> {
  const personId = interaction.session?.accountId ?? '';
  const application = client && applicationOf(client);
  const found =
    application && (await findSignedInPerson(site.db, personId, application.applicationId, site.clock.now()));
  const candidates = found?.candidates ?? [];
  const hint = parseActingHint(interaction.params['login_hint']);
  const decision = decideActing({ candidates, hint });
  const offered = decision.kind === 'choose' ? decision.candidates : candidates;
  const last = client && (await findLastChoice(site.db, personId, client.clientId));
  return {
    path,
    title: words.t('provider.chooser.title'),
    application: client && applicationName(words, client),
    person: await nameOf(site, personId),
    hintFits: decision.kind !== 'choose' || decision.hintFits,
    last,
    organisations: [...offered]
      .sort((a, b) => Number(b.organisationId === last) - Number(a.organisationId === last))
      .map(({ organisationId, name, code }) => ({ organisationId, name, code })),
  };
}

export async function deniedModel(
  site: Site,
  words: T,
  { interaction, client, path }: StepView,
): Promise<object> {
  const personId = interaction.session?.accountId ?? '';
  const application = client && applicationOf(client);
  const explained =
    application && (await explainNoAccess(site, { personId, applicationId: application.applicationId }));
  return {
    path,
    title: words.t('provider.noAccess.title'),
    application: client && applicationName(words, client),
    person: await nameOf(site, personId),
    ...explained,
  };
}
