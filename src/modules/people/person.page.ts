// Builds the page of one person: what they have had, have and will have, and what can be done about it.
import type { Notice } from '../../web/form-page.ts';
import { paths } from '../../web/paths.ts';
import { buildTimeline, type Timeline, type TimelineEntry } from '../../web/timeline.ts';
import {
  stateText,
  type Action,
  type DefinitionList,
  type PageHeader,
  type Table,
  type Tag,
} from '../../web/view-models.ts';
import type { Right } from '../rights/index.ts';
import { crumbsOf, nameIn, type Place } from '../organisations/index.ts';
import type { PersonAffiliation, PersonFile } from './people.queries.ts';
import { administrationsOf, affiliationsOf, assignmentsOf, type Seen } from './person.tables.ts';

export interface PersonPage {
  header: PageHeader;
  notices: Notice[];
  timeline: Timeline;
  affiliations: Table;
  affiliationActions: Action[] | undefined;
  assignments: Table;
  assignmentActions: Action[] | undefined;
  administrations: Table | undefined;
  facts: DefinitionList;
  detailActions: Action[] | undefined;
}

export function buildPersonPage(
  place: Place,
  person: PersonFile,
  input: { readonly ownPersonId: string; readonly rights: readonly Right[]; readonly mayEdit: boolean },
): PersonPage {
  const own = person.id === input.ownPersonId;
  const seen: Seen = { place, person, own, rights: input.rights, mayEdit: input.mayEdit };
  const { organisation, powers, words } = place;
  const name = `${person.givenName} ${person.familyName}`;
  const mayGrant =
    powers.has('assignment.grant') && !own && person.affiliations.some((one) => isOpen(one, place));
  const grant: Action = {
    text: words.t('people.person.grant'),
    href: paths.newAssignment(organisation.id, person.id),
    kind: 'primary',
    icon: 'plus',
  };
  return {
    header: {
      title: name,
      subtitle: person.mail,
      breadcrumbs: crumbsOf(
        place,
        { text: words.t('people.title'), href: paths.people(organisation.id) },
        { text: name },
      ),
      tags: tagsOf(seen),
      actions: mayGrant ? [grant] : [],
    },
    notices: noticesOf(seen),
    timeline: timelineOf(seen),
    affiliations: affiliationsOf(seen),
    affiliationActions:
      powers.has('affiliation.change') && !own
        ? [
            {
              text: words.t('affiliations.new.title'),
              href: paths.newAffiliation(organisation.id, person.id),
              kind: 'quiet',
              icon: 'plus',
            },
          ]
        : undefined,
    assignments: assignmentsOf(seen),
    assignmentActions: undefined,
    administrations: person.administrations.length === 0 ? undefined : administrationsOf(seen),
    facts: factsOf(seen),
    detailActions: detailActionsOf(seen),
  };
}

const isOpen = (one: PersonAffiliation, { organisation, now }: Place): boolean =>
  one.organisationId === organisation.id &&
  one.cancelledAt === null &&
  (one.until === null || one.until > now);

const isDisabled = ({ person, place }: Seen): boolean => person.until !== null && person.until <= place.now;

function tagsOf(seen: Seen): Tag[] {
  const { t } = seen.place.words;
  if (isDisabled(seen)) return [{ text: t('people.state.disabled'), state: 'danger' }];
  return seen.person.hasPassword ? [] : [{ text: t('people.state.invited'), state: 'pending' }];
}

function noticesOf(seen: Seen): Notice[] {
  const { t } = seen.place.words;
  const notices: Notice[] = [];
  if (seen.own) notices.push({ kind: 'info', text: t('people.person.own') });
  if (isDisabled(seen)) notices.push({ kind: 'warning', text: t('people.person.disabled') });
  return notices;
}

function timelineOf({ place, person }: Seen): Timeline {
  const { words, now } = place;
  const { t } = words;
  const counting = <Item extends { cancelledAt: Date | null }>(items: readonly Item[]) =>
    items.filter((item) => item.cancelledAt === null);
  const entries: TimelineEntry[] = [
    ...counting(person.affiliations).map((one) => ({
      label: t(`affiliations.type.${one.type}`),
      sub: [nameIn(one.organisationNames, words.lang, one.organisationName), one.unitName]
        .filter(Boolean)
        .join(', '),
      from: one.from,
      until: one.until,
    })),
    ...counting(person.assignments).map((one) => ({
      label: nameIn(one.rightNames, words.lang, one.rightCode),
      sub: nameIn(one.applicationNames, words.lang),
      from: one.from,
      until: one.until,
    })),
  ];
  const caption = t('people.person.timeline');
  return buildTimeline({ caption, entries, now, stateText: (state) => stateText(words, state) });
}

function factsOf({ place, person }: Seen): DefinitionList {
  const { words, now } = place;
  const { t } = words;
  const until = person.invitationUntil;
  const invitation =
    until === null
      ? t('people.invitation.none')
      : until > now
        ? t('people.invitation.open', { until: words.dateTime(until) })
        : t('people.invitation.expired');
  return {
    columns: 2,
    items: [
      { term: t('people.field.userName'), copy: person.userName },
      { term: t('people.field.mail'), text: person.mail },
      { term: t('people.field.language'), text: t(`common.languages.${person.language}`) },
      {
        term: t('people.field.identifiers'),
        text: person.identifierSchemes.map((scheme) => t(`people.scheme.${scheme}`)).join(', '),
        ...(person.identifierSchemes.length === 0 ? {} : { sub: t('people.person.numbersHidden') }),
      },
      {
        term: t('people.field.signIn'),
        text: person.hasPassword ? t('people.invitation.accepted') : invitation,
      },
    ],
  };
}

function detailActionsOf(seen: Seen): Action[] | undefined {
  const { place, person, own } = seen;
  const { t } = place.words;
  const where = [place.organisation.id, person.id] as const;
  const fields = { version: String(person.version) };
  const actions: Action[] = [];
  if (seen.mayEdit) {
    actions.push({
      text: t('people.action.edit'),
      href: paths.editPerson(...where),
      kind: 'quiet',
      icon: 'edit',
    });
  }
  if (place.powers.has('person.add') && !person.hasPassword && !isDisabled(seen)) {
    actions.push({
      text: t('people.action.invite'),
      action: paths.invitePerson(...where),
      kind: 'quiet',
      icon: 'mail',
    });
  }
  if (place.powers.has('person.disable') && !own) {
    actions.push(
      isDisabled(seen)
        ? { text: t('people.action.enable'), action: paths.enablePerson(...where), fields, kind: 'quiet' }
        : { text: t('people.action.disable'), href: paths.disablePerson(...where), kind: 'quiet' },
    );
  }
  return actions.length === 0 ? undefined : actions;
}
